// SPDX-License-Identifier: Apache-2.0
// page.mjs BOARD ANSWERS DARK: prints a page that draws a board with what was recorded for it.
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const [file, answers, dark] = process.argv.slice(2);
const lines = readFileSync(join(answers, 'spans.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
// Without what a builder of kernels adds to the version, and as if the test's folder were /models.
const SAID = {
  modelwarden_agent_kernel_release: (release) => release.split('-')[0],
  file_path: (path) => '/models/' + path.split('/').slice(-2).join('/'),
};
const recorded = JSON.parse(readFileSync(join(answers, basename(file)), 'utf8'), (key, value) =>
  typeof value === 'string' && SAID[key] ? SAID[key](value) : value
);
recorded.spans = lines
  .flatMap((line) => line.resourceSpans)
  .filter(({ resource }) =>
    resource.attributes.some(({ key, value }) => key === 'modelwarden.workload.name' && value.stringValue === recorded.chosen.workload)
  )
  .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
const input = { board: JSON.parse(readFileSync(file, 'utf8')), recorded, dark: dark === 'true', width: 1280 - 8 };
const styles = existsSync('board.css') ? '<link rel="stylesheet" href="board.css">' : '';
console.log(`<!doctype html><meta charset="utf-8">${styles}<body><div id="board"></div>
<script>const INPUT = ${JSON.stringify(input).replaceAll('<', '\\u003c')};</script>
<script src="board.js"></script>`);
