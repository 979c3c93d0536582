import type { Fact, FactOf } from '#contracts/gateway.contract';
import type { UserId } from '#contracts/ids.contract';
import type { FactSink, PresenceBoard } from '../ports/control.port.ts';

/** Remembers every fact. */
export class FakeFacts implements FactSink {
  readonly all: Fact[] = [];

  emit(fact: Fact): void {
    this.all.push(fact);
  }

  types(): Fact['type'][] {
    return this.all.map(({ type }) => type);
  }

  of<Type extends Fact['type']>(type: Type): FactOf<Type>[] {
    return this.all.filter((fact): fact is FactOf<Type> => fact.type === type);
  }
}

/** Remembers who is shown. */
export class FakePresence implements PresenceBoard {
  readonly shown = new Set<UserId>();

  show(user: UserId): void {
    this.shown.add(user);
  }

  hide(user: UserId): void {
    this.shown.delete(user);
  }
}
