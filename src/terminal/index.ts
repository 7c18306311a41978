export { terminalListener } from './terminal';
