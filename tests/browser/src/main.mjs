// Plays the stories one after another: one line each, a last line with the count.

import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';

import {launch} from './browser.mjs';
import {stop_all} from './process.mjs';
import {kScreenshots, take_screenshots} from './screenshots.mjs';
import {all_stories, Stage, story} from './stories.mjs';
import {within} from './wait.mjs';

const kStoryLimitMs = 120_000;
const kScreenshotsLimitMs = 600_000;

const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    only: {type: 'string'},
    screenshots: {type: 'string'},
    probe: {type: 'string'},
    keep: {type: 'boolean', default: false},
  },
});
const binary = path.resolve(positionals[0]);
const probe = values.probe ? path.resolve(values.probe) : path.join(path.dirname(binary), 'punktfunk-probe');
for (const program of [binary, probe]) {
  if (fs.existsSync(program)) continue;
  console.error(`browser: ${program} is missing; build it first`);
  process.exit(2);
}

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), '../stories');
for (const file of fs.readdirSync(folder).filter(name => name.endsWith('.mjs')).sort())
  await import(path.join(folder, file));

if (values.screenshots) story(kScreenshots, stage => take_screenshots(stage, path.resolve(values.screenshots)));

const chosen = all_stories().filter(({name}) =>
  !values.only || name.toLowerCase().includes(values.only.toLowerCase()));
if (chosen.length === 0) {
  console.error(`browser: no story has "${values.only}" in its name`);
  process.exit(2);
}

/** Leaves what a person needs to see why a story failed. */
async function keep_evidence(stage, number) {
  const left = [];
  for (const [i, page] of stage.pages.entries()) {
    const file = path.join(stage.hosts[0]?.folder ?? '/tmp', `story-${number}-page-${i}.png`);
    await page.screenshot({path: file, timeout: 5_000}).then(() => left.push(file), () => {});
  }
  for (const host of stage.hosts) {
    const file = path.join(host.folder, 'host.log');
    fs.writeFileSync(file, (host.program?.out ?? '') + (host.program?.err ?? ''));
    left.push(file);
  }
  return left;
}

const browser = await launch();

/** Plays one story on a stage of its own and says how it went. Whether it passed. */
async function run({name, play}, index, again) {
  const stage = new Stage({browser, binary, probe});
  const begun = Date.now();
  let problem;
  try {
    await within('the story to end', play(stage), name === kScreenshots ? kScreenshotsLimitMs : kStoryLimitMs);
    if (stage.complaints.length > 0) throw new Error(stage.complaints.join('\n'));
  } catch (error) {
    problem = error;
  }
  const left = problem ? await keep_evidence(stage, index) : [];
  await stage.close().catch(error => { problem ??= error; });
  const seconds = ((Date.now() - begun) / 1000).toFixed(1);
  console.log(`${problem ? (again ? 'FAIL' : 'once') : 'ok  '} ${name} (${seconds} s)`);
  if (problem) {
    console.log(`     ${(problem.stack ?? problem.message).replaceAll('\n', '\n     ')}`);
    for (const file of left) console.log(`     see ${file}`);
  } else if (!values.keep) {
    stage.remove();
  }
  return !problem;
}

// Host, page and clients share the machine with a compiler. What fails once is told with its reason and played
// again; what fails twice has failed.
let failed = 0;
for (const [index, story] of chosen.entries())
  if (!await run(story, index, false) && !await run(story, index, true)) failed += 1;
await browser.close();
await stop_all();
console.log(`browser: ${chosen.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
