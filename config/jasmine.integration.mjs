import { PlainReporter } from './plain-reporter.ts';

export default {
  spec_dir: '.',
  spec_files: ['{vault,server,sip-gateway,embedded,scripts,e2e/sip}/**/*.int.spec.ts'],
  env: { random: true, stopSpecOnExpectationFailure: false },
  reporters: [new PlainReporter()],
};
