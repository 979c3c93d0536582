import eslint from '@eslint/js';
import angular from 'angular-eslint';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const NODE_CODE = [
  'contracts/**/*.ts',
  'server/**/*.ts',
  'sip-gateway/**/*.ts',
  'embedded/**/*.ts',
  'scripts/**/*.ts',
  'bench/**/*.ts',
  'config/**/*.ts',
];

export default defineConfig(
  { ignores: ['dist/', 'coverage/', '.angular/', 'node_modules/', 'test-results/', 'data/', 'recordings/', '**/*.generated.ts'] },
  {
    files: ['**/*.ts'],
    extends: [eslint.configs.recommended, tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['tsconfig.node.json', 'client/tsconfig.spec.json', 'e2e/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNullish: true },
      ],
      eqeqeq: 'error',
      // The ideographic space belongs to Japanese text.
      'no-irregular-whitespace': ['error', { skipComments: true, skipStrings: true, skipTemplates: true, skipRegExps: true }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: NODE_CODE,
    ignores: ['**/*.spec.ts', 'scripts/**', 'bench/**', 'config/**', 'embedded/carrier/src/ring.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    // The environment is read in one place per process.
    files: ['server/**/*.ts', 'sip-gateway/**/*.ts', 'embedded/**/*.ts'],
    ignores: ['**/config.ts', '**/main.ts', '**/seed.ts', '**/ring.ts', '**/maintain.ts', '**/*.spec.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Read the environment in config.ts.' },
      ],
    },
  },
  {
    files: ['client/src/**/*.ts'],
    extends: [angular.configs.tsRecommended],
    processor: angular.processInlineTemplates,
    rules: {
      '@angular-eslint/component-selector': ['error', { type: 'element', prefix: 'kk', style: 'kebab-case' }],
      '@angular-eslint/directive-selector': ['error', { type: 'attribute', prefix: 'kk', style: 'camelCase' }],
    },
  },
  { files: ['client/src/**/*.html'], extends: [angular.configs.templateRecommended, angular.configs.templateAccessibility] },
  { files: ['**/*.spec.ts'], rules: { '@typescript-eslint/unbound-method': 'off', 'max-lines': 'off' } },
);
