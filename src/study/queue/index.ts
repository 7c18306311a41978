export { queueExecutor } from './queueExecutor';
export { queueWorker } from './queueWorker';
export type { QueueWorkerOptions } from './workerOptions';
