import { CallId, UserId } from '#contracts/ids.contract';
import { Bookings } from './bookings.ts';
import { newCallParty, withInvited } from './call-parties.model.ts';
import type { Call } from './call.model.ts';
import { aCall, AGENT, CALL } from './call.factory.ts';
import { PartyId } from '#contracts/parties.contract';

const OTHER = CallId.parse('call-2');
const BIMALA = UserId.parse('k4001');

/** One person who is booked for a call already, in memory. */
function bookedFor(holder: CallId | null, held: Call | null) {
  const floor = { holder };
  const bookings = new Bookings(
    {
      occupy: (_userId, callId) => Promise.resolve((floor.holder ??= CallId.parse(callId))),
      release: (_userId, callId) => {
        if (floor.holder === callId) floor.holder = null;
        return Promise.resolve();
      },
    },
    { find: () => Promise.resolve(held) },
  );
  return { floor, bookings };
}

describe('a booking', () => {
  const guestOf = (call: Call): Call => withInvited(call, newCallParty(PartyId.parse('p3'), 'interpreter', BIMALA, ''));

  it('is for one call at a time', async () => {
    const { floor, bookings } = bookedFor(null, null);
    expect([await bookings.book(BIMALA, CALL), await bookings.book(BIMALA, CALL)]).toEqual([true, true]);
    await bookings.free(BIMALA, OTHER);
    expect(floor.holder).toBe(CALL);
  });

  it('holds whoever is in the other call, or has it to write up', async () => {
    expect(await bookedFor(OTHER, guestOf(aCall({ id: OTHER, phase: 'talking' }))).bookings.book(BIMALA, CALL)).toBeFalse();
    expect(await bookedFor(OTHER, aCall({ id: OTHER, phase: 'wrap-up' })).bookings.book(AGENT, CALL)).toBeFalse();
  });

  it('left over from an interruption holds nobody', async () => {
    for (const held of [
      null,
      aCall({ id: OTHER, phase: 'done' }),
      guestOf(aCall({ id: OTHER, phase: 'wrap-up' })),
      aCall({ id: OTHER }),
    ]) {
      const { floor, bookings } = bookedFor(OTHER, held);
      expect(await bookings.book(BIMALA, CALL)).toBeTrue();
      expect(floor.holder).toBe(CALL);
    }
  });
});
