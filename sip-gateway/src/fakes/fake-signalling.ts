import type { PhoneNumber } from '#contracts/ids.contract';
import type {
  AnswerableLeg,
  IncomingLeg,
  IncomingLegEvents,
  OutgoingLeg,
  OutgoingRequest,
  Trunk,
  TrunkLegEvents,
} from '../ports/signalling.port.ts';

/** One INVITE the fake trunk was sent; `events` plays the carrier. */
export interface FakeInvite {
  readonly request: OutgoingRequest;
  readonly events: TrunkLegEvents;
  readonly said: ('CANCEL' | 'BYE')[];
}

export class FakeTrunk implements Trunk {
  readonly invites: FakeInvite[] = [];

  invite(request: OutgoingRequest, events: TrunkLegEvents): OutgoingLeg {
    const said: FakeInvite['said'] = [];
    this.invites.push({ request, events, said });
    return { cancel: () => void said.push('CANCEL'), hangUp: () => void said.push('BYE') };
  }
}

/** An INVITE from a browser or the trunk; `said` is what we answered. */
export class FakeIncomingLeg implements AnswerableLeg, IncomingLeg {
  readonly sdp: string;
  readonly from: PhoneNumber | null;
  readonly to: PhoneNumber;
  readonly said: string[] = [];
  /** False: the caller gives up before the 200 OK. */
  isPatient = true;
  events: IncomingLegEvents | null = null;

  constructor(to: PhoneNumber, from: PhoneNumber | null = null, sdp = 'offer') {
    this.to = to;
    this.from = from;
    this.sdp = sdp;
  }

  ring(): void {
    this.said.push('180');
  }

  accept(): Promise<boolean> {
    if (this.isPatient) this.said.push('200');
    return Promise.resolve(this.isPatient);
  }

  reject(status: number): void {
    this.said.push(String(status));
  }

  hangUp(): void {
    this.said.push('BYE');
  }

  listen(events: IncomingLegEvents): void {
    this.events = events;
  }
}
