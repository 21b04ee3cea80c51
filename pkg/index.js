// The build that runs in every page; the others are imported by their names (see README.md).
export * from './single/model_dojo.js';
export { default } from './single/model_dojo.js';
