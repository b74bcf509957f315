// Copyright (c) 2026, windrose.airflow contributors
// GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Logs in to Airflow as people do, each in a headless Chromium of their own: node log_in.mjs AIRFLOW_URL ISSUER PROVIDER_NAME
// USER…
// It prints as JSON for each user where the browser ended (`path`), what that page says (`text`), and how Airflow's API answers
// that browser (`answers`: {path: status}).
import chromium from "@sparticuz/chromium";
import puppeteer from "puppeteer-core";

const [airflow, issuer, name, ...users] = process.argv.slice(2);
const ASKED = ["/api/v2/dags", "/api/v2/connections"];
// The provider's pages ask for a font on the internet: where nobody answers, neither yes nor no, they are never loaded.
const allowed = [airflow, issuer].map((url) => `EXCLUDE ${new URL(url).hostname}`).join(", ");
const browser = await puppeteer.launch({
  executablePath: await chromium.executablePath(),
  // Root has no sandbox. The package's own arguments make a browser less strict than a person's, and are not used.
  args: ["--no-sandbox", "--disable-gpu", "--no-proxy-server", `--host-resolver-rules=MAP * ~NOTFOUND, ${allowed}`],
  headless: "shell",
  // The provider's certificate is of an authority that only Airflow is told of.
  acceptInsecureCerts: true,
});

async function logIn(user) {
  // Its cookies are its own.
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  try {
    return [user, await loggedIn(page, user)];
  } catch (error) {
    const text = await page.evaluate(() => document.body?.innerText);
    throw new Error(`${user} got no further than ${page.url()}, which says: ${text}`, { cause: error });
  }
}

async function loggedIn(page, user) {
  // The start page leads to the login page, whose button does nothing before its files are there. What is asked for in the same
  // session when the button is clicked takes the login away: Flask-Session saves a session as it was when its request began.
  await page.goto(airflow);
  const button = await page.waitForSelector(`#btn-signin-${name}`);
  // The page says so itself; the number of requests under way was once never none for a minute.
  await page.waitForFunction(() => document.readyState === "complete");
  await Promise.all([page.waitForNavigation(), button.click()]);
  await page.waitForSelector("input[name=login]");
  await page.type("input[name=login]", user);
  await page.type("input[name=password]", "any");
  await Promise.all([page.waitForNavigation(), page.click("button[type=submit]")]);
  // The provider asks once whether Airflow may know the user.
  await Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.click("button[type=submit]")]);
  const answers = await page.evaluate(
    async (paths) =>
      Object.fromEntries(await Promise.all(paths.map(async (path) => [path, (await fetch(path)).status]))),
    ASKED,
  );
  const text = await page.evaluate(() => document.body.innerText);
  return { path: new URL(page.url()).pathname, text, answers };
}

try {
  console.log(JSON.stringify(Object.fromEntries(await Promise.all(users.map(logIn)))));
} finally {
  await browser.close();
}
