http --ignore-stdin PUT 'http://127.0.0.1:4010/v1/cards/a b?z=0&k=abc==' q=='a b' 'ids[]==1' 'u==ü~*()' 'c==a,b/c:d' X-A:b 'X-Empty;' X-B:' padded ' name=kim age:=29 'tags:=[1, "b", 1.50]' 'user[first]=k' 'user[roles][]=x' 'user[roles][]=y' 'city=Zürich'
http --ignore-stdin -f POST 127.0.0.1:4010/v1/form a='1 2' 'b[]=x&y' c=k=v+w 'd=ü~*()!/' e=
http --ignore-stdin -f POST 127.0.0.1:4010/v1/up note='hi there' file@up.txt 'pic@up.txt;type=image/png'
http --ignore-stdin -a kim:pa:ss POST 127.0.0.1:4010/v1/raw --raw '{"a": [1,2 ]}'
http --ignore-stdin -A bearer -a planted-token-123 GET 127.0.0.1:4010/v1/me
http --ignore-stdin --multipart POST 127.0.0.1:4010/v1/parts a=1 b=2
http --ignore-stdin -j GET 127.0.0.1:4010/v1/json Accept:text/csv
http --ignore-stdin DELETE 127.0.0.1:4010/v1/x/../y//z
echo '{"x": 1}' | http POST 127.0.0.1:4010/v1/piped
http POST 127.0.0.1:4010/v1/redirected < in.json
http --ignore-stdin POST 127.0.0.1:4010/v1/whole @in.json
http --ignore-stdin --path-as-is GET 127.0.0.1:4010/v1/x/../as-is
printf '{"y": 2}' | http -f PATCH 127.0.0.1:4010/v1/form-piped
