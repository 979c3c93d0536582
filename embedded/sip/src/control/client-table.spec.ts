import { FakeApplication } from '../fakes/fake-application.ts';
import { ClientTable } from './client-table.ts';

describe('The client table', () => {
  it('holds one application and its routes until it leaves', () => {
    const [table, first, second] = [new ClientTable(), new FakeApplication(), new FakeApplication()];
    expect(table.add(first)).toBeTrue();
    expect(table.add(second)).toBeFalse();
    expect(table.addRoute(first, 'INVITE')).toBeUndefined();
    expect(table.addRoute(second, 'invite')).toBe('cannot route this verb');
    expect(table.addRoute(first, 'cdr:stop')).toBeUndefined();
    expect(table.addRoute(first, 'cdr:dance')).toBe('cannot route this verb');
    expect(table.routes()).toEqual(['invite', 'cdr:stop']);
    expect(table.clientFor('INVITE')).toBe(first);
    expect(table.clientFor('MESSAGE')).toBeUndefined();
    table.removeRoute(first, 'invite');
    expect(table.clientFor('INVITE')).toBeUndefined();
    expect(table.remove(first)).toEqual(['cdr:stop']);
    expect(table.isConnected()).toBeFalse();
  });

  it('takes the next application, without the routes of one whose connection died', () => {
    const [table, first, second] = [new ClientTable(), new FakeApplication(), new FakeApplication()];
    table.add(first);
    table.addRoute(first, 'invite');
    first.isUp = false;
    expect(table.add(second)).toBeTrue();
    expect(table.clientFor('INVITE')).toBeUndefined();
    table.remove(first);
    expect(table.isConnected()).toBeTrue();
  });
});
