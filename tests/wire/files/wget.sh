#!/bin/sh
# what support was given
wget --quiet --method=GET --header='Accept: application/json' --header 'X-Trace: a: b' -O - 'http://127.0.0.1:4010/v1/cards?ids[]=1&ids[]=2&k=abc==&f=a,b;c&e=%2f&s=a+b&t=a b&flag&$top=5'
wget -qO- --post-data 'a=1 2&b[]=x%26y&c=k=v+w&d=ü' http://127.0.0.1:4010/v1/form
wget -qO- --header="Content-Type: application/json" --post-data='{"name": "kim", "n": [1, 2]}' "http://127.0.0.1:4010/v1/json"
wget -qO- --post-file=in.json --header=Content-Type:application/json http://127.0.0.1:4010/v1/file
wget -qO- --method PUT --body-data='raw body' --header='Authorization: Bearer planted-token-123' \
  --user-agent='acme/1.0' --referer=http://acme.example/x \
  http://127.0.0.1:4010/v1/items/a%20b/ü
wget -qO- --auth-no-challenge --user=kim --password='pa:ss' http://127.0.0.1:4010/v1/basic
wget -q --spider http://127.0.0.1:4010/v1/head
wget -qO- 127.0.0.1:4010/v1/no/../scheme//x?a=1#frag
wget -qO- --method=DELETE 'http://kim:pa%3Ass@127.0.0.1:4010/v1/gone' --auth-no-challenge
