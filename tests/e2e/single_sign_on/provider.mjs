// Copyright (c) 2026, windrose.airflow contributors
// GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
//
// An OpenID Connect provider with users that a test chooses: node provider.mjs SETTINGS, a JSON file with `address` to listen on,
// `certificate` and `key` (paths of PEM files), `client` (as oidc-provider takes it, but for its secret, which is in the file
// `client_secret`) and `users`: {name: [groups]}. Any password is right. It prints its issuer when it listens.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { Provider } from "oidc-provider";

const settings = JSON.parse(readFileSync(process.argv[2], "utf8"));
const secret = readFileSync(settings.client_secret, "utf8");
const signing = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });

const server = createServer({ cert: readFileSync(settings.certificate), key: readFileSync(settings.key) });
await new Promise((listening) => server.listen(0, settings.address, listening));
const issuer = `https://${settings.address}:${server.address().port}`;
const provider = new Provider(issuer, {
  clients: [{ ...settings.client, client_secret: secret }],
  jwks: { keys: [{ ...signing, use: "sig", alg: "RS256" }] },
  cookies: { keys: [randomUUID()] },
  pkce: { required: () => true },
  scopes: ["openid", "offline_access", "groups"],
  claims: {
    openid: ["sub"],
    profile: ["preferred_username", "given_name", "family_name"],
    email: ["email"],
    groups: ["groups"],
  },
  findAccount: (_context, name) => ({
    accountId: name,
    claims: () => ({
      sub: name,
      preferred_username: name,
      given_name: name,
      family_name: "Tester",
      email: `${name}@sso.example.com`,
      groups: settings.users[name] ?? [],
    }),
  }),
});
server.on("request", provider.callback());
console.log(issuer);
