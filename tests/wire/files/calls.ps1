# As the network tab of a browser copies it.
$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession
$session.UserAgent = "Mozilla/5.0 (X11; Linux x86_64)"
$session.Cookies.Add((New-Object System.Net.Cookie("theme", "dark", "/", "127.0.0.1")))
Invoke-WebRequest -UseBasicParsing -Uri "http://127.0.0.1:4010/v1/cards?ids[]=1&k=abc==&f=a,b;c&e=%2f&s=a+b" `
-Method "POST" `
-WebSession $session `
-Headers @{
"Accept"="application/json, text/plain, */*"
  "Accept-Encoding"="gzip, deflate, br"
  "Authorization"="Bearer tok-planted-123456"
  "X-Plain"="b: `"c`""
} `
-ContentType "application/json;charset=UTF-8" `
-Body "{`"name`":`"kim `$5`",`"u`":`"$([char]252)`"}"

# As a person writes it.
$base = 'http://127.0.0.1:4010'
$headers = @{ 'X-Trace' = "a b"; Authorization = 'Basic a2ltOnBhOnNz' }
$body = @{ name = 'kim'; n = 1.5; ok = $true; none = $null; list = @(1, 'b') } | ConvertTo-Json -Compress
Invoke-RestMethod -Method Put -Uri "$base/v1/no/../items/7" -Headers $headers -Body $body -ContentType 'application/json'
irm "$base/v1/search" -Body @{ q = "a b&c~*'()!" }
Invoke-RestMethod -Uri "$base/v1/form" -Method Post -Body @{ a = '1 2/ü' }
iwr -Uri "$base/v1/up" -Method Post -Form @{ note = 'hi there' }
Invoke-RestMethod -Uri "$base/v1/file" -Method Post -InFile up.txt -ContentType 'text/csv'
$text = @"
{
    "name": "kim"
}
"@
Invoke-RestMethod "$base/v1/here" -Method Patch -Body $text
Invoke-WebRequest "$base/v1/gone" -CustomMethod purge
