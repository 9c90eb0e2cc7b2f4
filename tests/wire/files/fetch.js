fetch("http://127.0.0.1:4010/v1/cards?ids[]=1&ids%5B%5D=2&k=abc==&f=a,b;c&e=%2f&s=a+b&q='x'&flag", {
  "headers": {
    "accept": "application/json, text/plain, */*",
    "accept-language": "en-US,en;q=0.9",
    "authorization": "Bearer planted-token-123",
    "cache-control": "no-cache",
    "x-requested-with": "XMLHttpRequest"
  },
  "body": null,
  "method": "GET",
  "mode": "cors"
});
fetch("http://127.0.0.1:4010/v1/cards", {
  "headers": {
    "content-type": "application/json;charset=UTF-8"
  },
  "body": "{\"name\":\"kim \\\"x\\\"\",\"tags\":[\"a\",\"b\"],\"u\":\"\\u00fc\",\"v\":\"ü\",\"braces\":\"{{x}}\"}",
  "method": "POST"
});
await fetch('http://127.0.0.1:4010/v1/form', { method: 'POST', body: new URLSearchParams({ a: '1 2', 'b[]': 'x&y', d: "ü~*'()!/" }) });
await fetch(`http://127.0.0.1:4010/v1/items/${encodeURIComponent('a b/c')}?q=${encodeURIComponent("it's")}`, { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name: 'kim', n: 1.50, ok: true, none: null, list: [1, 'b'] }) });
await fetch('http://127.0.0.1:4010/v1/text', { method: 'POST', body: 'plain {"a"}' });
const u = new URL('http://127.0.0.1:4010/v1/search');
u.searchParams.set('q', 'a b&c');
u.searchParams.append('tag', 'x/y');
await fetch(u, { method: 'DELETE' });
const data = new FormData();
data.append('note', 'hi there');
data.append('n', 7);
await fetch('http://127.0.0.1:4010/v1/up', { method: 'POST', body: data });
await fetch('http://127.0.0.1:4010/v1/p/ü b?x=ü "y"', { method: 'patch' });
