// Drives JupyterLab in Chromium as a reader would, for labtest. Usage:
//
//   node drive.mjs CHROMIUM URL SCENARIO NOTEBOOK SHOTS
//
// It prints one JSON object, the scenario's findings, and leaves screenshots in
// the folder SHOTS. A failure prints {"failure": "…"} and a last screenshot.
import { chromium } from 'playwright-core';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const [executablePath, url, scenario, notebook, shots] = process.argv.slice(2);
const minute = 60_000;
const profile = mkdtempSync(path.join(tmpdir(), 'songsong-chromium-'));

const browser = await chromium.launchPersistentContext(profile, {
  executablePath,
  headless: true,
  viewport: { width: 1280, height: 1000 },
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-dev-shm-usage',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const page = browser.pages()[0] ?? (await browser.newPage());
const complaints = [];
page.on('pageerror', (e) => complaints.push(String(e)));

let shotCount = 0;
async function shot(name) {
  const base = notebook.replace(/\.ipynb$/, '').replace(/[^\w.-]/g, '_');
  await page.screenshot({ path: path.join(shots, `${base}-${scenario}-${++shotCount}-${name}.png`) });
}

const cells = () => page.locator('.jp-Notebook .jp-CodeCell');
const prompts = () => page.locator('.jp-Notebook .jp-CodeCell .jp-InputPrompt').allTextContents();

// settled waits until no cell is queued or running and the kernel is idle.
async function settled(limit) {
  const end = Date.now() + limit;
  for (let calm = 0; calm < 4; ) {
    if (Date.now() > end) throw new Error(`still running after ${limit / 1000} s: ${await prompts()}`);
    await page.waitForTimeout(250);
    const busy = (await prompts()).some((p) => p.includes('*'));
    const idle = await page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').count();
    calm = !busy && idle > 0 ? calm + 1 : 0;
  }
}

async function open() {
  const u = new URL(url);
  u.pathname = '/lab/tree/' + notebook.split('/').map(encodeURIComponent).join('/');
  u.searchParams.set('reset', ''); // no tabs of earlier visits
  await page.goto(u.href);
  await page.locator('.jp-Notebook').waitFor({ timeout: minute });
  await page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor({ timeout: minute });
  await page.locator('#jupyterlab-splash').waitFor({ state: 'detached', timeout: minute });
  await page.waitForTimeout(1000); // the page moves the focus about while it opens
}

async function restartAndRunAll() {
  await page.getByRole('menuitem', { name: 'Run', exact: true }).click();
  await page.getByText('Restart Kernel and Run All Cells…', { exact: true }).click();
  await page.locator('.jp-Dialog button.jp-mod-accept').click();
  await page.waitForTimeout(1000);
  await settled(8 * minute);
}

async function save() {
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+s');
  await page.waitForTimeout(1500);
}

// endKernels leaves the machine to the next notebook.
async function endKernels() {
  const { origin, searchParams } = new URL(url);
  const headers = { Authorization: `token ${searchParams.get('token')}` };
  const sessions = await (await fetch(`${origin}/api/sessions`, { headers })).json();
  for (const { id } of sessions) await fetch(`${origin}/api/sessions/${id}`, { method: 'DELETE', headers });
}

// figures says, for each picture under a cell, whether a reader sees it.
async function figures() {
  const pictures = page.locator('.jp-OutputArea-output img, .jp-OutputArea-output svg');
  const found = [];
  for (const p of await pictures.all()) {
    await p.scrollIntoViewIfNeeded();
    const box = await p.boundingBox();
    const loaded = await p.evaluate((e) => e.tagName !== 'IMG' || (e.complete && e.naturalWidth > 0));
    found.push({ width: box?.width ?? 0, height: box?.height ?? 0, loaded });
  }
  return found;
}

// editor puts the cursor into code cell n. On a busy machine JupyterLab goes on
// moving the focus about for a while after it has opened: click again then.
async function editor(n) {
  const e = cells().nth(n).locator('.cm-content');
  for (let i = 0; i < 10; i++) {
    await e.click();
    await page.waitForTimeout(300);
    const here = await e.evaluate((el) => el.contains(document.activeElement));
    if (here && (await page.locator('.jp-Notebook.jp-mod-editMode').count())) return e;
  }
  throw new Error(`cell ${n} does not keep the focus`);
}

// run presses Shift+Enter in code cell n and waits until it is queued.
async function run(n) {
  await editor(n);
  await page.keyboard.press('Shift+Enter');
  await page.waitForFunction((n) => document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')[n].textContent.trim() !== '[ ]:', n, { timeout: minute });
}

const scenarios = {
  // all: Restart Kernel and Run All Cells.
  async all() {
    await restartAndRunAll();
    await shot('top');
    const seen = await figures();
    await shot('last-figure');
    await save();
    return {
      prompts: await prompts(), figures: seen,
      errors: await page.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"]').allInnerTexts(),
    };
  },
  // interrupt: an endless cell, stopped by the toolbar's button, then the next.
  async interrupt() {
    await run(0);
    await settled(2 * minute);
    await run(1);
    await page.waitForTimeout(2000); // let it really run
    await shot('running');
    const start = Date.now();
    await page.locator('.jp-NotebookPanel-toolbar [data-command="notebook:interrupt-kernel"], .jp-NotebookPanel-toolbar jp-button[title^="Interrupt"]').first().click();
    await settled(minute);
    const took = (Date.now() - start) / 1000;
    await run(2);
    await settled(minute);
    await shot('after');
    return { seconds: took, outputs: await Promise.all([0, 1, 2].map((n) => cells().nth(n).locator('.jp-OutputArea').innerText())) };
  },
  // background: the first cell leaves a goroutine behind that prints while the second runs.
  async background() {
    await run(0);
    await settled(2 * minute);
    await run(1);
    await page.waitForTimeout(2000);
    await shot('running');
    const texts = () => Promise.all([0, 1].map((n) => cells().nth(n).locator('.jp-OutputArea').innerText()));
    const [running, during] = [(await prompts())[1], await texts()];
    await settled(minute);
    await shot('after');
    return { running, during, outputs: await texts() };
  },
  // help: completion after a dot and the tooltip of a call.
  async help() {
    const e = await editor(3);
    await page.keyboard.press('Control+End');
    await page.keyboard.type('strings.');
    await page.keyboard.press('Tab');
    const list = page.locator('.jp-Completer:not(.lm-mod-hidden)');
    await list.waitFor({ timeout: minute });
    const items = await list.locator('.jp-Completer-item').allInnerTexts();
    await shot('completion');
    await page.keyboard.press('Escape');
    await e.click();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('strings.ToUpper("');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Shift+Tab');
    const tip = page.locator('.jp-Tooltip');
    await tip.waitFor({ timeout: minute });
    await page.waitForTimeout(300);
    const tooltip = await tip.innerText();
    await shot('tooltip');
    return { items, tooltip };
  },
};

let result;
try {
  await open();
  result = await scenarios[scenario]();
} catch (e) {
  await shot('failure').catch(() => {});
  result = { failure: String(e) };
}
await endKernels().catch(() => {});
console.log(JSON.stringify({ ...result, complaints }));
await browser.close();
rmSync(profile, { recursive: true, force: true });
