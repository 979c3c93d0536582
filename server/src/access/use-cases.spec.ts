import type { AuditFact } from '../audit/audit-entry.model.ts';
import { DomainError } from '../platform/errors.ts';
import { aPerson } from './actor.factory.ts';
import type { Actor } from './actor.ts';
import { UseCases } from './use-cases.ts';

describe('every use case', () => {
  let entries: AuditFact[];
  let intents: string[];
  let useCases: UseCases;
  const openCase = { permission: 'cases.read', action: 'case.open', subject: () => 'case-0001' } as const;
  const outcomes = (): string[] => entries.map((entry) => entry.outcome);

  beforeEach(() => {
    entries = [];
    intents = [];
    useCases = new UseCases(
      { append: (fact) => Promise.resolve(void entries.push(fact)) },
      {
        begin: (intent) => Promise.resolve(`intent:${intents.push(intent.action)}`),
        finish: () => Promise.resolve(void intents.pop()),
      },
    );
  });

  it('leaves one entry with who, what, which record and from where', async () => {
    expect(await useCases.run(openCase, aPerson(), () => Promise.resolve('the case'))).toBe('the case');
    expect(entries).toEqual([
      { actorId: 'k1207', action: 'case.open', subject: 'case-0001', address: '192.0.2.1', outcome: 'done' },
    ]);
  });

  it('is not even begun by a role that may not', async () => {
    const work = jasmine.createSpy('work');
    await expectAsync(useCases.run(openCase, aPerson({ role: 'manager' }), work)).toBeRejectedWith(
      jasmine.objectContaining({ code: 'access.denied' }),
    );
    expect(work).not.toHaveBeenCalled();
    expect(outcomes()).toEqual(['refused:access.denied']);
  });

  it('asks somebody unknown to log in, unless it is public', async () => {
    const visitor: Actor = { kind: 'anonymous', address: '192.0.2.2' };
    await expectAsync(useCases.run(openCase, visitor, () => Promise.resolve(1))).toBeRejectedWith(
      jasmine.objectContaining({ code: 'session.required' }),
    );
    expect(await useCases.run({ ...openCase, permission: 'public' }, visitor, () => Promise.resolve(1))).toBe(1);
    expect(outcomes()).toEqual(['refused:session.required', 'done']);
  });

  it('is on record before it reaches outside, and has one entry afterwards', async () => {
    const callDial = { ...openCase, permission: 'calls.dial', action: 'call.dial' } as const;
    await useCases.run(callDial, aPerson(), () => {
      expect([intents, outcomes()]).toEqual([['call.dial'], []]);
      return Promise.resolve();
    });
    expect([intents, outcomes()]).toEqual([[], ['done']]);
    expect(entries[0]?.source).toBe('intent:1');
  });

  it('tells refusals from failures', async () => {
    await expectAsync(useCases.run(openCase, aPerson(), () => Promise.reject(new DomainError('case.not-found')))).toBeRejected();
    await expectAsync(useCases.run(openCase, aPerson(), () => Promise.reject(new Error('disk')))).toBeRejected();
    expect(outcomes()).toEqual(['refused:case.not-found', 'failed']);
  });

  it('leaves an entry without a record when the request names none', async () => {
    const malformed = () => {
      throw new DomainError('request.invalid');
    };
    await expectAsync(useCases.run({ ...openCase, subject: malformed }, aPerson(), () => Promise.resolve(1))).toBeRejected();
    expect(entries).toEqual([jasmine.objectContaining({ subject: null, outcome: 'refused:request.invalid' })]);
  });

  it('answers nothing when the entry could not be written', async () => {
    const fail = (): Promise<never> => Promise.reject(new Error('no database'));
    const silent = new UseCases({ append: fail }, { begin: fail, finish: () => Promise.resolve() });
    const dial = jasmine.createSpy('dial');
    await expectAsync(silent.run({ ...openCase, permission: 'calls.dial', action: 'call.dial' }, aPerson(), dial)).toBeRejected();
    expect(dial).not.toHaveBeenCalled();
    await expectAsync(silent.run(openCase, aPerson(), () => Promise.resolve('the case'))).toBeRejectedWithError('no database');
  });
});
