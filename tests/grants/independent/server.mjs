// An authorization server that other people wrote, set up for the tests of grants: `oidc-provider`
// on a free port of loopback, and one address of an API that takes its tokens.
//
//   node server.mjs MODULES FOLDER
//
// MODULES is where npm put `node_modules`. Writes the private key of one client into FOLDER, prints
// its address, and ends with its input. Node from 20.12.
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, folder] = process.argv.slice(2);
// Node has it from 22.1 on, and the server calls it.
URL.parse ??= (text, base) => (URL.canParse(text, base) ? new URL(text, base) : null);
const entry = join(resolve(modules), "node_modules/oidc-provider/lib/index.js");
const { Provider } = await import(pathToFileURL(entry));

process.stdin.on("end", () => process.exit(0)).resume();

const secret = "planted-0f1e2d3c4b5a-client";
const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
writeFileSync(
  join(folder, "key.pem"),
  keys.privateKey.export({ type: "pkcs8", format: "pem" }),
  { mode: 0o600 },
);
const own = { ...keys.publicKey.export({ format: "jwk" }), kid: "k1", use: "sig", alg: "ES256" };

/** A client that nobody stands behind. */
const service = (client_id, more) => ({
  client_id,
  client_secret: secret,
  grant_types: ["client_credentials"],
  redirect_uris: [],
  response_types: [],
  ...more,
});
/** A program on somebody's machine, which can keep no secret. */
const program = (client_id, more) => ({
  client_id,
  application_type: "native",
  token_endpoint_auth_method: "none",
  grant_types: ["authorization_code", "refresh_token"],
  redirect_uris: ["http://127.0.0.1/callback"],
  ...more,
});

const clients = [
  service("service", { token_endpoint_auth_method: "client_secret_basic" }),
  service("brief", { token_endpoint_auth_method: "client_secret_post" }),
  service("keyed", {
    client_secret: undefined,
    token_endpoint_auth_method: "private_key_jwt",
    token_endpoint_auth_signing_alg: "ES256",
    jwks: { keys: [own] },
  }),
  program("browser"),
  program("rolling"),
  program("device", {
    grant_types: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
    redirect_uris: [],
    response_types: [],
  }),
  // With a secret, so that it may ask about its tokens.
  program("asking", { client_secret: secret, token_endpoint_auth_method: "client_secret_basic" }),
  program("bound", { dpop_bound_access_tokens: true }),
];

/** Seconds that a token of this client is good. */
const lifetime = (client) => (["brief", "rolling"].includes(client.clientId) ? 2 : 600);

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients,
    cookies: { keys: ["only for tests"] },
    scopes: ["openid", "offline_access", "orders:read", "orders:write"],
    claims: { openid: ["sub"], email: ["email"] },
    features: {
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 7), requireNonce: () => true },
    },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    issueRefreshToken: (_, client) => client.grantTypeAllowed("refresh_token"),
    rotateRefreshToken: true,
    ttl: {
      AccessToken: (_, __, client) => lifetime(client),
      ClientCredentials: (_, __, client) => lifetime(client),
    },
  });
  const issued = provider.callback();
  server.on("request", async (request, response) => {
    // Ends one access token before its time, and nothing else of its sign-in.
    const ended = request.url.startsWith("/end?") && new URL(request.url, issuer).searchParams;
    if (ended) {
      await (await provider.AccessToken.find(ended.get("token")))?.destroy();
      response.end();
      return;
    }
    if (request.url !== "/orders") {
      issued(request, response);
      return;
    }
    const value = (request.headers.authorization ?? "").replace(/^Bearer /, "");
    const token =
      (await provider.AccessToken.find(value)) ?? (await provider.ClientCredentials.find(value));
    response.setHeader("content-type", "application/json");
    if (token?.isValid) {
      response.end(JSON.stringify({ client: token.clientId, scope: token.scope ?? "" }));
      return;
    }
    response.statusCode = 401;
    response.setHeader("www-authenticate", 'Bearer error="invalid_token"');
    response.end(JSON.stringify({ error: "invalid_token" }));
  });
  console.log(`listening on ${issuer}`);
});
