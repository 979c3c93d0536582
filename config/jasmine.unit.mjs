import { PlainReporter } from './plain-reporter.ts';

export default {
  spec_dir: '.',
  spec_files: ['{contracts,server,sip-gateway,embedded,scripts,config}/**/!(*.int).spec.ts'],
  // Parts that know nothing of each other may have suites of the same name.
  env: { random: true, stopSpecOnExpectationFailure: false, forbidDuplicateNames: false },
  reporters: [new PlainReporter()],
};
