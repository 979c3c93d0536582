/** A port that must be free before a component is started. */
export interface PortClaim {
  readonly protocol: 'tcp' | 'udp';
  readonly host: string;
  readonly port: number;
  /** The setting that moves it elsewhere, named in the error sentence. */
  readonly setting: string;
}

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** One part of the running system: a configured server elsewhere, a program on PATH, or an embedded stand-in. */
export interface Component {
  readonly name: string;
  readonly implementation: string;
  /** What a person may look at; never holds a password. */
  readonly address: string;
  /** How to start it here; undefined when it runs elsewhere. */
  readonly launch?: Launch;
  readonly claims?: readonly PortClaim[];
  /** Throws or answers false while it is not yet able to work. */
  readonly probe: () => Promise<boolean>;
  /** Run once after the first successful probe, for example to initiate a replica set. */
  readonly afterStart?: () => Promise<void>;
}
