// The agent serves uPlot's own file from this place beside the page.
export { default } from 'uplot';
