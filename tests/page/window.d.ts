/** What the tests put into their pages. */
interface Window {
  Dojo: any;
  task: any;
}
