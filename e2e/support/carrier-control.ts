/** What the carrier's side knows of a call. */
export interface ResidentCall {
  readonly id: string;
  readonly state: 'calling' | 'ringing' | 'talking' | 'ended';
  readonly status: number | null;
  readonly ringMs: number | null;
  readonly talkMs: number | null;
}

/** The embedded carrier's control interface: what residents did and heard. */
export class CarrierControl {
  readonly #address: string;

  constructor(address: string) {
    this.#address = address;
  }

  /** All current and the last ended calls, newest first. */
  async calls(): Promise<ResidentCall[]> {
    return this.#get<ResidentCall[]>('/calls');
  }

  /** The one call that is not over; throws when there is none or more than one. */
  async current(): Promise<ResidentCall> {
    const running = (await this.calls()).filter((call) => call.state !== 'ended');
    const [only] = running;
    if (!only || running.length > 1) throw new Error(`expected one running call at the carrier, found ${running.length}`);
    return only;
  }

  async call(id: string): Promise<ResidentCall> {
    return this.#get<ResidentCall>(`/calls/${id}`);
  }

  /** Level in dBFS of each frequency in the last second of what the resident heard. */
  async heard(id: string, ...frequencies: number[]): Promise<Record<string, number>> {
    const { dbfs } = await this.#get<{ dbfs: Record<string, number> }>(`/calls/${id}/heard?frequencies=${frequencies.join(',')}`);
    return dbfs;
  }

  async times(id: string): Promise<Record<string, number | null>> {
    return this.#get(`/calls/${id}/times`);
  }

  /** A resident rings the centre. */
  async ringIn(from: string, to: string): Promise<string> {
    const answer = await fetch(`${this.#address}/calls`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ from, to }),
    });
    if (answer.status !== 201) throw new Error(`the carrier refused to ring in: ${answer.status}`);
    return ((await answer.json()) as { id: string }).id;
  }

  /** The resident hangs up, or gives up while it rings. */
  async hangUp(id: string): Promise<void> {
    await fetch(`${this.#address}/calls/${id}`, { method: 'DELETE' });
  }

  async digits(id: string): Promise<string> {
    const answer = await this.#get<{ digits: string }>(`/calls/${id}/digits`);
    return answer.digits;
  }

  async #get<T>(path: string): Promise<T> {
    const answer = await fetch(this.#address + path);
    if (!answer.ok) throw new Error(`the carrier answered ${answer.status} to ${path}`);
    return (await answer.json()) as T;
  }
}
