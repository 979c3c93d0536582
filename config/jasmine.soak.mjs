import { PlainReporter } from './plain-reporter.ts';

export default {
  spec_dir: '.',
  spec_files: ['{server,sip-gateway,embedded,scripts,e2e/sip}/**/*.soak.spec.ts'],
  env: { random: true, stopSpecOnExpectationFailure: false },
  reporters: [new PlainReporter()],
};
