// Jest runs the sources as native ES modules: swc only strips the types, like Node itself does.
// `npm test` sets NODE_OPTIONS=--experimental-vm-modules and starts the servers; see dev/test.mjs.
const suites = { main: '{unit,int}', e2e: 'e2e' }[process.env.TEST_SUITES] ?? '{unit,int,e2e}';

export default {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  testMatch: [`**/*.${suites}.test.ts`],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2024' },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/.frontrow/'],
  // Integration tests wait for real servers; each wait has its own, shorter limit and says what it waited for.
  testTimeout: 60_000,
};
