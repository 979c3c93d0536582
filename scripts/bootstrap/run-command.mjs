import { spawn } from 'node:child_process';
import process from 'node:process';
import { say } from './say.mjs';

const STILL_WORKING_EVERY_MS = 10_000;
const KEPT_OUTPUT_CHARACTERS = 4_000;

/**
 * Runs a long command quietly, telling every ten seconds that it is still at work.
 * Resolves with { code, output } where output is the last part of what it printed.
 */
export function runQuietly(title, command, args, options = {}) {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  say(`${title} …`);
  const ticker = setInterval(() => say(`${title} … ${seconds()} s`), STILL_WORKING_EVERY_MS);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk).slice(-KEPT_OUTPUT_CHARACTERS);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => {
      clearInterval(ticker);
      reject(error);
    });
    child.once('close', (code) => {
      clearInterval(ticker);
      if (code === 0) say(`${title}: done in ${seconds()} s`);
      resolve({ code, output });
    });
  });
}

/** Hands the terminal to a command and resolves with its exit code; Ctrl-C and TERM are left to the command. */
export function handOver(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    const forward = (signal) => child.kill(signal);
    const signals = ['SIGTERM', 'SIGHUP'];
    const ignoreInterrupt = () => {};
    process.on('SIGINT', ignoreInterrupt);
    for (const signal of signals) process.on(signal, forward);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      process.off('SIGINT', ignoreInterrupt);
      for (const name of signals) process.off(name, forward);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1));
    });
  });
}
