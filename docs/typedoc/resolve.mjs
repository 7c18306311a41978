// TypeDoc asks for the package `typescript`, of which the native version 7 has no JavaScript interface: it gets that of
// version 6, with which cells are compiled. Loaded by `node --import`.
import { register } from 'node:module';

const hook = `export const resolve = (name, context, next) =>
  next(name === 'typescript' ? 'typescript-for-cells' : name, context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
