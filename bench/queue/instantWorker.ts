// A worker of a queue whose runs take milliseconds: node instantWorker.js ADDRESS DATA TEMPLATE LEASE
import { workAt } from '../../src/study/queue/queueWorker';
import { ownRelease } from '../../src/study/queue/release';
import { checkOptions } from '../../src/study/queue/workerOptions';
import { instantRuns } from './instantRuns';

const [address = '', data = '', template = '', lease = '30'] = process.argv.slice(2);
workAt(address, checkOptions({ data: [data], lease: Number(lease) }), {
  pool: instantRuns(template),
  release: ownRelease,
}).catch((error) => {
  console.error(error);
  process.exit(1);
});
