import { CategoryCode, UserId } from '#contracts/ids.contract';
import type { Language } from '#contracts/directory.contract';
import type { Role } from '#contracts/users.contract';
import { CATEGORIES } from '../cases/category.model.ts';
import type { Account } from '../users/account.store.ts';

const ALL = CATEGORIES.map((category) => category.code);
const INSURANCE = ['01', '02', '03'].map((code) => CategoryCode.parse(code));
const TAX = ['04', '05', '06', '07'].map((code) => CategoryCode.parse(code));

const PEOPLE: readonly [
  number: string,
  name: string,
  role: Role,
  seat: string,
  categories: CategoryCode[],
  languages?: Language[],
][] = [
  ['k1207', '佐藤 美咲', 'agent', '席07', ALL],
  ['k1212', '千葉 拓海', 'agent', '席12', TAX],
  ['k1215', '三浦 葵', 'agent', '席15', INSURANCE],
  ['k2001', '高橋 直人', 'supervisor', '', ALL],
  ['k2002', '伊藤 恵子', 'supervisor', '', ALL],
  ['k3001', '菊地 由美', 'manager', '', ALL],
  ['k4001', 'タマン ビマラ', 'interpreter', '', [], ['ne']],
  ['k4002', 'グエン ティ ラン', 'interpreter', '', [], ['vi']],
  ['k9001', '管理 太郎', 'administrator', '', []],
];

/** The demonstration's accounts; all share one password, made at first start. */
export const DEMO_STAFF: readonly Omit<Account, 'passwordHash'>[] = PEOPLE.map(
  ([number, name, role, seat, categories, languages]) => ({
    id: UserId.parse(number),
    number,
    name,
    role,
    seat,
    locale: 'ja',
    categories,
    languages: languages ?? [],
    isBlocked: false,
  }),
);
