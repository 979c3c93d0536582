import { ChangeDetectionStrategy, Component } from '@angular/core';

@Component({ selector: 'kk-login', changeDetection: ChangeDetectionStrategy.OnPush, template: '' })
export class Login {}
