import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { GeneratorReply, GeneratorReport, GeneratorRequest } from './rtp-generator.ts';

/** The generator's side that the benchmark holds. */
export class GeneratorProcess {
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.child = child;
  }

  /** `prefix`: a command that runs the generator, such as the one for real time. */
  static start(prefix: readonly string[]): GeneratorProcess {
    const script = fileURLToPath(new URL('./rtp-generator.ts', import.meta.url));
    const [command = process.execPath, ...args] = [
      ...prefix,
      process.execPath,
      '--single-threaded-gc',
      '--no-concurrent-recompilation',
      script,
    ];
    return new GeneratorProcess(spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Makes so many parties; their ports. */
  async open(parties: number): Promise<readonly number[]> {
    const answer = await this.ask({ open: parties });
    if (answer === 'marked' || !('ports' in answer)) throw new Error('the generator opened no ports');
    return answer.ports;
  }

  /** Every party sends to the leg at its place in the list, until `stop`. */
  send(legs: readonly number[]): void {
    this.tell({ send: legs });
  }

  /** Begins a new count. */
  async mark(): Promise<void> {
    await this.ask('mark');
  }

  async report(): Promise<GeneratorReport> {
    const answer = await this.ask('report');
    if (answer === 'marked' || !('sent' in answer)) throw new Error('the generator gave no report');
    return answer;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.disconnect();
    await exited;
  }

  private tell(request: GeneratorRequest): void {
    this.child.send(request);
  }

  private async ask(request: GeneratorRequest): Promise<GeneratorReply> {
    const answered = once(this.child, 'message');
    this.tell(request);
    // The generator says nothing but replies, one for each question.
    return (await answered)[0] as GeneratorReply;
  }
}
