//! The lines under every `--help`: they can be typed as they are. A test parses each of them with
//! the program's own definition.

/// The words of a command, and its examples. Those of the program itself have no word.
pub const EXAMPLES: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "httriage",
            "httriage https://api.acme.example/v2/orders",
            "httriage \"curl -H 'Accept: application/json' https://api.acme.example/v2/orders\"",
            "pbpaste | httriage",
        ],
    ),
    (
        "send",
        &[
            "httriage send GET /core/runbooks/7/tasks -t support --env sandbox",
            "httriage send https://api.acme.example/orders -H 'Accept: application/json' | jq .",
            "httriage send https://api.acme.example/orders -d '{\"name\":\"a\"}' -t support",
            "httriage send -G -d state=open -i https://api.acme.example/orders",
            "httriage send -F note=hello -F scan=@scan.pdf https://api.acme.example/files",
        ],
    ),
    (
        "investigate",
        &["httriage investigate GET /core/runbooks/9 -t support -t admin --env sandbox"],
    ),
    (
        "isolate",
        &[
            "httriage isolate GET /core/runbooks/9 -t support --against-token admin --env sandbox",
            "httriage isolate GET /orders -t support -H 'Api-Version: 1' --against 0f3k",
            "httriage isolate GET /orders -t support --against ACME-1234#2 --save found.session.toml",
        ],
    ),
    ("when", &["httriage when 0f3k", "httriage when 0f3k --json"]),
    (
        "resolve",
        &[
            "httriage resolve 0f3k --cause permission.missing_role --note 'needed Runbook Admin'",
            "httriage resolve ACME-1234 --cause other --note 'their proxy took the header off'",
            "httriage resolve 0f3k --withdraw",
        ],
    ),
    (
        "seen",
        &["httriage seen 0f3k", "httriage seen forbidden --json"],
    ),
    (
        "replay",
        &[
            "httriage replay ACME-1234",
            "httriage replay ACME-1234 -t admin --report markdown",
        ],
    ),
    (
        "matrix",
        &["httriage matrix ACME-1234 -t support,admin,none --report csv"],
    ),
    (
        "explain",
        &[
            "httriage explain 403",
            "httriage explain token.expired",
            "curl -i https://api.acme.example/orders | httriage explain -",
        ],
    ),
    (
        "sandbox",
        &["httriage sandbox --list", "httriage sandbox --port 8080"],
    ),
    (
        "token",
        &[
            "httriage token list",
            "httriage token add support",
            "httriage token inspect support",
        ],
    ),
    ("token list", &["httriage token list --env sandbox"]),
    (
        "token add",
        &[
            "httriage token add support",
            "httriage token add support --command 'pass show acme/support' --for acme",
            "httriage token add key --env ACME_KEY --header X-Api-Key",
        ],
    ),
    (
        "token login",
        &[
            "httriage token login acme",
            "httriage token login acme --paste",
        ],
    ),
    (
        "token inspect",
        &[
            "httriage token inspect support --env sandbox",
            "pbpaste | httriage token inspect -",
        ],
    ),
    (
        "token verify",
        &[
            "httriage token verify acme",
            "httriage token verify acme --introspect --userinfo",
            "pbpaste | httriage token verify - --url https://login.acme.example",
        ],
    ),
    ("token remove", &["httriage token remove support"]),
    (
        "team",
        &[
            "httriage team init --as-owner --writer kim --writer bob --reader rae",
            "httriage team status",
        ],
    ),
    (
        "team init",
        &[
            "httriage team init",
            "httriage team init --as-owner --writer kim --keep-months 12",
        ],
    ),
    ("team status", &["httriage team status --json"]),
    (
        "team push",
        &["httriage team push", "httriage team push --again"],
    ),
    ("team pull", &["httriage team pull"]),
    (
        "env",
        &[
            "httriage env list",
            "httriage env add https://api.acme.example/v2/orders",
        ],
    ),
    ("env list", &["httriage env list --json"]),
    (
        "env add",
        &[
            "httriage env add https://api.acme.example/v2/orders",
            "httriage env add acme https://api.acme.example --token support --protected",
        ],
    ),
    ("env remove", &["httriage env remove acme"]),
    ("env show", &["httriage env show acme"]),
    (
        "history",
        &[
            "httriage history list 404 since:7d",
            "httriage history save ACME-1234 case:ACME-1234",
        ],
    ),
    (
        "history list",
        &[
            "httriage history list 4xx token:support since:7d",
            "httriage history list -404 path:/orders --json",
        ],
    ),
    ("history show", &["httriage history show 38g9"]),
    (
        "history export",
        &["httriage history export case:ACME-1234 --out calls.json"],
    ),
    (
        "history save",
        &["httriage history save ACME-1234 case:ACME-1234 --body"],
    ),
    (
        "history forget",
        &[
            "httriage history forget 38g9",
            "httriage history forget --filter 'case:ACME-1234' --yes",
        ],
    ),
    (
        "import",
        &[
            "httriage import requests.har",
            "httriage import openapi.yaml --out api.session.toml",
            "pbpaste | httriage import -",
        ],
    ),
    (
        "export",
        &[
            "httriage export ACME-1234 --as html --out ACME-1234.html",
            "httriage export ACME-1234 --as markdown",
            "httriage export 38g9 --as curl",
        ],
    ),
    ("keys", &["httriage keys"]),
    (
        "knowledge",
        &[
            "httriage knowledge list",
            "httriage knowledge check acme.toml",
        ],
    ),
    ("knowledge list", &["httriage knowledge list --json"]),
    ("knowledge show", &["httriage knowledge show oauth"]),
    ("knowledge check", &["httriage knowledge check acme.toml"]),
    ("capsule", &["httriage capsule 38g9 --out case.capsule"]),
    (
        "answer",
        &[
            "httriage answer case.capsule",
            "httriage answer case.capsule -t mine --out case.answer",
        ],
    ),
    ("open", &["httriage open case.answer"]),
    (
        "mcp",
        &["httriage mcp --install", "httriage mcp --env acme"],
    ),
    (
        "schema",
        &[
            "httriage schema",
            "httriage schema investigate",
            "httriage schema token list",
        ],
    ),
    ("help", &["httriage help", "httriage help tokens"]),
    (
        "completions",
        &[
            "httriage completions bash > ~/.local/share/bash-completion/completions/httriage",
            "httriage completions zsh > ~/.zfunc/_httriage",
        ],
    ),
    ("man", &["httriage man > httriage.1"]),
    ("doctor", &["httriage doctor", "httriage doctor --offline"]),
];
