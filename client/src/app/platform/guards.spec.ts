import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideRouter, Router } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import { requirePermission, requireSession } from './guards';
import { Session } from './session';

@Component({ template: '' })
class Page {}

function arrive(isLoggedIn: boolean, permissions: readonly string[]): void {
  TestBed.configureTestingModule({
    providers: [
      provideRouter([
        { path: 'login', component: Page },
        { path: '', pathMatch: 'full', component: Page },
        { path: 'desk', component: Page, canActivate: [requireSession, requirePermission('calls.dial')] },
      ]),
      {
        provide: Session,
        useValue: {
          load: () => Promise.resolve(isLoggedIn ? {} : null),
          can: (permission: string) => permissions.includes(permission),
        },
      },
    ],
  });
}

describe('a guarded route', () => {
  it('asks for log-in and remembers where the person wanted to go', async () => {
    arrive(false, []);
    await (await RouterTestingHarness.create()).navigateByUrl('/desk');
    expect(TestBed.inject(Router).url).toBe('/login?next=%2Fdesk');
  });

  it('opens for those who may', async () => {
    arrive(true, ['calls.dial']);
    await (await RouterTestingHarness.create()).navigateByUrl('/desk');
    expect(TestBed.inject(Router).url).toBe('/desk');
  });

  it('sends home those who may not', async () => {
    arrive(true, []);
    await (await RouterTestingHarness.create()).navigateByUrl('/desk');
    expect(TestBed.inject(Router).url).toBe('/');
  });
});
