export { queueExecutor } from './queueExecutor';
export { type QueueWorkerOptions, queueWorker } from './queueWorker';
