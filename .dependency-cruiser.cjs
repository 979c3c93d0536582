/** Who may import whom (ARCHITECTURE.md). A broken rule fails `npm run lint`. */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, dependencyTypesNot: ['type-only'] } },
    {
      name: 'contracts-import-zod-only',
      severity: 'error',
      from: { path: '^contracts/' },
      to: { pathNot: '^(contracts/|node_modules/zod/)' },
    },
    {
      name: 'vault-imports-node-and-zod-only',
      severity: 'error',
      from: { path: '^vault/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: '^(vault/|node_modules/zod/|(node:)?(crypto|fs|fs/promises|path|readline|stream)$)' },
    },
    {
      name: 'client-has-no-keys',
      severity: 'error',
      from: { path: '^client/' },
      to: { path: '^vault/' },
    },
    {
      name: 'apps-do-not-meet',
      severity: 'error',
      from: { path: '^(client|server|sip-gateway)/' },
      to: { path: '^(client|server|sip-gateway)/', pathNot: '^$1/' },
    },
    {
      name: 'product-knows-no-stand-in',
      severity: 'error',
      from: { path: '^(client|server|sip-gateway|contracts)/', pathNot: '\\.int\\.spec\\.ts$|-fixture\\.ts$|/testing/' },
      to: { path: '^embedded/' },
    },
    {
      name: 'stand-ins-know-no-product',
      severity: 'error',
      from: { path: '^embedded/' },
      to: { path: '^(client|server|sip-gateway|contracts)/' },
    },
    {
      name: 'rules-are-pure',
      severity: 'error',
      from: { path: '(\\.model|-machine)\\.ts$' },
      to: { pathNot: '(\\.model|-machine|\\.contract)\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'use-cases-know-no-adapter',
      severity: 'error',
      from: { path: '\\.service\\.ts$' },
      to: { path: '\\.(routes|socket|store)\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'platform-knows-no-feature',
      severity: 'error',
      from: { path: '^(server/src|client/src/app)/platform/' },
      to: { path: '^(server/src|client/src/app)/(?!platform/)' },
    },
    {
      name: 'design-knows-no-feature',
      severity: 'error',
      from: { path: '^client/src/app/design/' },
      to: { path: '^client/src/app/(?!design/|platform/)' },
    },
    {
      name: 'client-takes-types-only',
      severity: 'error',
      from: { path: '^client/', pathNot: '\\.(spec|form)\\.ts$' },
      to: { path: '^contracts/', dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|coverage|\\.angular)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.cjs', '.d.ts'],
    },
  },
};
