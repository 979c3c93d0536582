import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { Clock } from './clock';
import { Session } from './session';

const VIEW = {
  user: { id: 'u1', number: 'k1', name: '佐藤', role: 'agent', seat: '席07', locale: 'ja', categories: ['01'] },
  permissions: ['calls.dial'],
  serverTime: '2026-12-18T05:32:00.000Z',
  demo: true,
  centre: '催告センター',
};
const REFUSED = { type: 'https://x', code: 'session.required', title: 'Log in first.', status: 401, instance: 'r1' };

describe('the session', () => {
  let session: Session;
  let http: HttpTestingController;

  beforeEach(() => {
    TestBed.configureTestingModule({ providers: [provideHttpClient(), provideHttpClientTesting()] });
    session = TestBed.inject(Session);
    http = TestBed.inject(HttpTestingController);
  });
  afterEach(() => http.verify());

  it('is asked for once', async () => {
    const both = Promise.all([session.load(), session.load()]);
    http.expectOne('/api/session').flush(VIEW);
    await both;
    expect(session.user()?.name).toBe('佐藤');
    expect(session.can('calls.dial')).toBeTrue();
    expect(session.can('cases.list')).toBeFalse();
  });

  it('follows the clock of the server', async () => {
    const loading = session.load();
    http.expectOne('/api/session').flush(VIEW);
    await loading;
    expect(Math.abs(TestBed.inject(Clock).serverNow() - Date.parse(VIEW.serverTime))).toBeLessThan(1_000);
  });

  it('is nobody when nobody is logged in', async () => {
    const loading = session.load();
    http.expectOne('/api/session').flush(REFUSED, { status: 401, statusText: 'Unauthorized' });
    expect(await loading).toBeNull();
    expect(session.can('calls.dial')).toBeFalse();
  });

  it('is asked for again after the server could not be reached', async () => {
    const first = session.load();
    http.expectOne('/api/session').error(new ProgressEvent('error'));
    expect(await first).toBeNull();
    const second = session.load();
    http.expectOne('/api/session').flush(VIEW);
    expect(await second).not.toBeNull();
  });

  it('tells a wrong password by its code', async () => {
    const attempt = session.logIn({ userNumber: 'k1', password: 'x' });
    const problem = { ...REFUSED, code: 'session.wrong-credentials' };
    http.expectOne('/api/session').flush(problem, { status: 401, statusText: 'Unauthorized' });
    await expectAsync(attempt).toBeRejectedWith(jasmine.objectContaining({ code: 'session.wrong-credentials' }));
  });

  it('is forgotten after log-out', async () => {
    const loading = session.load();
    http.expectOne('/api/session').flush(VIEW);
    await loading;
    const leaving = session.logOut();
    http.expectOne({ method: 'DELETE', url: '/api/session' }).flush(null, { status: 204, statusText: 'No Content' });
    await leaving;
    expect(session.user()).toBeNull();
    expect(await session.load()).toBeNull();
  });
});
