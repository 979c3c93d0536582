import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const HOST_ADDRESS = '10.77.9.1';
const SEAT_ADDRESS = '10.77.9.2';

/**
 * A seat on another machine, as far as the network can tell: a network namespace joined to this host by one virtual cable.
 * Nothing in it can reach the host's loopback. Needs root.
 */
export class SeatNamespace {
  readonly hostAddress = HOST_ADDRESS;
  readonly #name = `kkseat${process.pid}`;
  readonly #cable = `kkh${process.pid}`.slice(0, 15);
  readonly #home = mkdtempSync(path.join(tmpdir(), 'kakehashi-seat-'));

  constructor() {
    const inside = `kks${process.pid}`.slice(0, 15);
    this.#ip('netns', 'add', this.#name);
    this.#ip('link', 'add', this.#cable, 'type', 'veth', 'peer', 'name', inside);
    this.#ip('link', 'set', inside, 'netns', this.#name);
    this.#ip('addr', 'add', `${HOST_ADDRESS}/24`, 'dev', this.#cable);
    this.#ip('link', 'set', this.#cable, 'up');
    this.#ip('-n', this.#name, 'addr', 'add', `${SEAT_ADDRESS}/24`, 'dev', inside);
    this.#ip('-n', this.#name, 'link', 'set', inside, 'up');
    this.#ip('-n', this.#name, 'link', 'set', 'lo', 'up');
  }

  /** Does what the start's sentence tells a seat to do: trusts the local authority (in this profile's certificate store). */
  trust(authorityFile: string): void {
    const store = path.join(this.#home, '.pki', 'nssdb');
    execFileSync('mkdir', ['-p', store]);
    execFileSync('certutil', ['-d', `sql:${store}`, '-N', '--empty-password']);
    execFileSync('certutil', ['-d', `sql:${store}`, '-A', '-t', 'C,,', '-n', 'kakehashi', '-i', authorityFile]);
  }

  /** A program that starts Chromium inside the namespace, for Playwright to launch. */
  chromium(program: string): string {
    const file = path.join(this.#home, 'chromium-on-the-seat');
    writeFileSync(file, `#!/bin/sh\nHOME=${this.#home} exec ip netns exec ${this.#name} ${program} "$@"\n`);
    chmodSync(file, 0o755);
    return file;
  }

  remove(): void {
    this.#ip('link', 'del', this.#cable);
    this.#ip('netns', 'del', this.#name);
    rmSync(this.#home, { recursive: true, force: true });
  }

  #ip(...args: string[]): void {
    execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  }
}
