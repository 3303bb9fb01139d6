// SPDX-License-Identifier: Apache-2.0
// check.mjs GRAFANA FILE…: checks dashboards against the types that Grafana publishes, and their TraceQL
// by Grafana's own grammar. GRAFANA is what scripts/grafana.sh prints.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [grafana, ...files] = process.argv.slice(2);
const boards = files.map((file) => ({ file: basename(file), board: JSON.parse(readFileSync(file, 'utf8')) }));

function badTraceql() {
  const { parser } = createRequire(join(grafana, 'package.json'))('@grafana/lezer-traceql');
  const bad = [];
  for (const { file, board } of boards) {
    for (const panel of board.panels) {
      for (const { query, queryType } of panel.targets ?? []) {
        if (queryType === 'traceql') {
          const asSent = query.replaceAll(/\$\{\w+:regex\}/g, 'value');
          let wrong = asSent.includes('$');
          parser.parse(asSent).iterate({ enter: (node) => void (wrong ||= node.type.isError) });
          if (wrong) bad.push(`${file}: ${panel.title}: no TraceQL: ${query}`);
        }
      }
    }
  }
  return bad;
}

/** Each part as a literal of its own, so that the compiler looks for unknown keys in it. */
function program(board) {
  const parts = ["import type { Board, Custom, Link, Options } from './board';"];
  const claim = (value, type) => parts.push(`void (${JSON.stringify(value, null, 1)} satisfies ${type});`);
  claim(board, 'Board');
  for (const { type, options, fieldConfig } of board.panels.filter((panel) => panel.type !== 'row')) {
    const kind = JSON.stringify(type);
    claim(options, `Options[${kind}]`);
    claim(fieldConfig.defaults.custom ?? {}, `Custom[${kind}]`);
    for (const link of fieldConfig.defaults.links ?? []) claim(link, 'Link');
  }
  return parts.join('\n') + '\n';
}

function badTypes() {
  const folder = mkdtempSync(join(tmpdir(), 'modelwarden-boards-'));
  try {
    symlinkSync(join(grafana, 'node_modules'), join(folder, 'node_modules'));
    cpSync(join(dirname(fileURLToPath(import.meta.url)), 'board.ts'), join(folder, 'board.ts'));
    const programs = boards.map(({ file, board }) => {
      writeFileSync(join(folder, `${file}.ts`), program(board));
      return `${file}.ts`;
    });
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'esnext'];
    const tsc = [join(grafana, 'node_modules/typescript/bin/tsc'), ...options, '--moduleResolution', 'bundler', '--types', ''];
    execFileSync(process.execPath, [...tsc, ...programs], { cwd: folder });
    return [];
  } catch (failed) {
    return [String(failed.stdout || failed)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const bad = [...badTraceql(), ...badTypes()];
bad.forEach((each) => console.error(each));
process.exit(bad.length ? 1 : 0);
