import fc from 'fast-check';
import type { PartyRole, SupervisionMode } from '#contracts/parties.contract';
import { PartyId } from '#contracts/parties.contract';
import { whoHearsWhom } from './conversation.model.ts';
import type { Conversation, Party } from './conversation.model.ts';

const id = (name: string): PartyId => PartyId.parse(name);

const party = (name: string, over: Partial<Party> = {}): Party => ({
  id: id(name),
  role: name as PartyRole,
  place: { kind: 'line' },
  standing: 'present',
  channel: name,
  isMuted: false,
  isHeld: false,
  volume: 1,
  supervision: null,
  ...over,
});

/** One line a listener: "agent < resident interpreter", with the sound source when it is not silence. */
function table(parties: readonly Party[], over: Partial<Conversation> = {}): string[] {
  return whoHearsWhom({ parties, privately: [], ownerPartyId: id('agent'), ...over }).map(({ party: listener, from, source }) => {
    const heard = [...from.keys(), ...(source === 'silence' ? [] : [`(${source})`])];
    return `${listener} < ${heard.join(' ')}`.trim();
  });
}

const agent = party('agent');
const resident = party('resident');
const interpreter = party('interpreter');
const supervisor = (mode: SupervisionMode): Party => party('supervisor', { supervision: mode });

describe('who hears whom', () => {
  it('lets two people talk', () => {
    expect(table([agent, resident])).toEqual(['agent < resident', 'resident < agent']);
  });

  it('lets three people talk', () => {
    expect(table([agent, resident, interpreter])).toEqual([
      'agent < resident interpreter',
      'resident < agent interpreter',
      'interpreter < agent resident',
    ]);
  });

  it('plays music to whoever is on hold, and lets nobody hear them', () => {
    expect(table([agent, { ...resident, isHeld: true }, interpreter])).toEqual([
      'agent < interpreter',
      'resident < (music)',
      'interpreter < agent',
    ]);
  });

  it('lets a muted party listen', () => {
    expect(table([{ ...agent, isMuted: true }, resident])).toEqual(['agent < resident', 'resident <']);
  });

  it('plays music to the resident while agent and interpreter talk privately', () => {
    expect(table([agent, resident, interpreter], { privately: [agent.id, interpreter.id] })).toEqual([
      'agent < interpreter',
      'resident < (music)',
      'interpreter < agent',
    ]);
  });

  it('does not let those who wait together hear one another', () => {
    const section = party('third-party');
    expect(table([agent, resident, interpreter, section], { privately: [agent.id, section.id] })).toEqual([
      'agent < third-party',
      'resident < (music)',
      'interpreter < (music)',
      'third-party < agent',
    ]);
  });

  it('lets a listening supervisor hear everybody and be heard by nobody', () => {
    expect(table([agent, resident, supervisor('listen')])).toEqual([
      'agent < resident',
      'resident < agent',
      'supervisor < agent resident',
    ]);
  });

  it('lets a whispering supervisor be heard by the responsible agent alone, also in a three-way talk', () => {
    expect(table([agent, resident, interpreter, supervisor('whisper')])).toEqual([
      'agent < resident interpreter supervisor',
      'resident < agent interpreter',
      'interpreter < agent resident',
      'supervisor < agent resident interpreter',
    ]);
  });

  it('lets a barging supervisor talk with everybody', () => {
    expect(table([agent, resident, supervisor('barge')])).toEqual([
      'agent < resident supervisor',
      'resident < agent supervisor',
      'supervisor < agent resident',
    ]);
  });

  it('lets a supervisor hear a private talk, and keeps a whisper from the interpreter in it', () => {
    const privately = [agent.id, interpreter.id];
    expect(table([agent, resident, interpreter, supervisor('whisper')], { privately })).toEqual([
      'agent < interpreter supervisor',
      'resident < (music)',
      'interpreter < agent',
      'supervisor < agent resident interpreter',
    ]);
  });

  it('lets the agent alone hear how the invited is rung', () => {
    expect(table([agent, resident, party('third-party', { standing: 'ringing' })])).toEqual([
      'agent < resident (ringback)',
      'resident < agent',
    ]);
    expect(table([agent, resident, party('third-party', { standing: 'early' })])).toEqual([
      'agent < resident third-party',
      'resident < agent',
    ]);
  });

  it('plays music to a resident whom nobody is responsible for yet', () => {
    expect(table([resident, party('third-party', { standing: 'ringing' })], { ownerPartyId: null })).toEqual([
      'resident < (music)',
    ]);
    expect(table([resident, party('third-party')], { ownerPartyId: null })).toEqual([
      'resident < third-party',
      'third-party < resident',
    ]);
  });

  it('hears a party as loudly as it was turned', () => {
    const rows = whoHearsWhom({ parties: [agent, { ...resident, volume: 2 }], privately: [], ownerPartyId: agent.id });
    expect(rows[0]?.from.get(resident.id)).toBe(2);
  });
});

describe('who hears whom, whatever the conversation', () => {
  const anyParty = (name: string): fc.Arbitrary<Party> =>
    fc
      .record({
        standing:
          name === 'supervisor'
            ? fc.constant('present' as const)
            : fc.constantFrom('invited' as const, 'ringing' as const, 'early' as const, 'present' as const),
        isMuted: fc.boolean(),
        isHeld: fc.boolean(),
        supervision:
          name === 'supervisor' ? fc.constantFrom('listen' as const, 'whisper' as const, 'barge' as const) : fc.constant(null),
      })
      .map((over) => party(name, over));
  const anyConversation = fc
    .tuple(
      fc.tuple(...['agent', 'resident', 'interpreter', 'third-party', 'supervisor'].map(anyParty)),
      fc.constantFrom<readonly string[]>([], ['agent', 'interpreter'], ['agent', 'third-party']),
    )
    .map<Conversation>(([parties, privately]) => ({ parties, privately: privately.map(id), ownerPartyId: id('agent') }));

  it('keeps what is not meant for somebody from their ear', () => {
    fc.assert(
      fc.property(anyConversation, (conversation) => {
        const known = new Map(conversation.parties.map((one) => [one.id, one]));
        for (const { party: listenerId, from } of whoHearsWhom(conversation)) {
          const listener = known.get(listenerId);
          expect(from.has(listenerId)).toBeFalse();
          if (listener?.isHeld === true) expect(from.size).toBe(0);
          for (const speakerId of from.keys()) {
            const speaker = known.get(speakerId);
            if (speaker === undefined || listener === undefined) throw new Error('Somebody heard is not in the conversation');
            if (speaker.standing === 'early') expect(listenerId).toBe(id('agent'));
            else expect(speaker.isMuted || speaker.isHeld || speaker.standing !== 'present').toBeFalse();
            expect(speaker.supervision).not.toBe('listen');
            if (speaker.supervision === 'whisper') expect(listenerId).toBe(id('agent'));
            const isPrivateSpeaker = conversation.privately.includes(speakerId);
            if (isPrivateSpeaker && listener.supervision === null) expect(conversation.privately).toContain(listenerId);
          }
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
