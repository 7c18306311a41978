export { cutMix } from './cutMix';
export { mixUp } from './mixUp';
