import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { findProgram } from '../bootstrap/debian-packages.mjs';
import type { Component, Launch } from './component.ts';

const STOP_WITHIN_MS = 8_000;
/** A part that ends this often within a minute is not started again. */
const MOST_RESTARTS_A_MINUTE = 5;

export interface ProcessNews {
  onRestart(name: string, why: string): void;
  onGivenUp(name: string, why: string): void;
}

/**
 * One child process: started in a group of its own (Ctrl-C in the terminal reaches only the starter, which then stops the parts in order),
 * logging to a file, and started again when it ends unasked.
 */
export class ManagedProcess {
  readonly component: Component;
  readonly #launch: Launch;
  readonly #logFile: string;
  readonly #news: ProcessNews;
  #child: ChildProcess | undefined;
  #isUp = false;
  #isStopping = false;
  #recentEnds: number[] = [];

  constructor(component: Component, launch: Launch, logFolder: string, news: ProcessNews) {
    this.component = component;
    this.#launch = launch;
    this.#logFile = path.join(logFolder, `${component.name.replaceAll(' ', '-')}.log`);
    this.#news = news;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Whether it ended before it was ever healthy; then there is no use in waiting for it. */
  get hasEnded(): boolean {
    return this.#child !== undefined && (this.#child.exitCode !== null || this.#child.signalCode !== null);
  }

  start(): void {
    const log = openSync(this.#logFile, 'a', 0o600);
    const [command, ...args] = this.#withParentDeath([this.#launch.command, ...this.#launch.args]);
    const child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LANG: 'C.UTF-8', TZ: 'Asia/Tokyo', ...this.#launch.env },
    });
    closeSync(log);
    this.#child = child;
    child.once('error', () => {
      // 'exit' does not follow a failed spawn; hasEnded stays false and the health wait reports it.
    });
    child.once('exit', (code, signal) => this.#ended(signal ? `signal ${signal}` : `exit code ${code}`));
  }

  /** From now on it is started again when it ends unasked; before, an end is a failed start. */
  markUp(): void {
    this.#isUp = true;
  }

  /** What it said last, for the sentence that says why it did not start; a line of pino's log is read for its message. */
  lastWords(): string {
    const line = readFileSync(this.#logFile, 'utf8').trimEnd().split('\n').at(-1) ?? '';
    const message = /^\{.*"msg":"((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
    return `${(message ?? line).slice(0, 300)} (${this.#logFile})`;
  }

  /** Asks it to end, and ends it by force after eight seconds. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const child = this.#child;
    if (!child?.pid || this.hasEnded) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const timer = setTimeout(() => this.#signalGroup('SIGKILL'), STOP_WITHIN_MS);
    child.kill('SIGTERM');
    await ended;
    clearTimeout(timer);
    // What it left in its own group (a mixer, a recorder) ends with it.
    this.#signalGroup('SIGKILL');
  }

  #signalGroup(signal: NodeJS.Signals): void {
    try {
      if (this.#child?.pid) process.kill(-this.#child.pid, signal);
    } catch {
      // The group is gone already.
    }
  }

  #ended(why: string): void {
    if (this.#isStopping || !this.#isUp) return;
    const now = Date.now();
    this.#recentEnds = [...this.#recentEnds.filter((at) => now - at < 60_000), now];
    if (this.#recentEnds.length > MOST_RESTARTS_A_MINUTE) {
      this.#news.onGivenUp(this.component.name, why);
      return;
    }
    setTimeout(() => {
      if (this.#isStopping) return;
      this.#news.onRestart(this.component.name, why);
      this.start();
    }, 200 * this.#recentEnds.length);
  }

  /** Asks the kernel to end the child when the starter dies without a word (kill -9): nothing may be left running. */
  #withParentDeath(command: [string, ...string[]]): [string, ...string[]] {
    const setpriv = findProgram('setpriv');
    return setpriv ? [setpriv, '--pdeathsig', 'TERM', '--', ...command] : command;
  }
}
