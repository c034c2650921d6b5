import { describe, expect, it } from 'vitest';
import { fitted, narrowest, next_width, widest, width_after } from '../src/ui/splitter';

describe('the edge of a panel', () => {
  it('follows the arrow keys: to the left the panel grows', () => {
    expect(width_after('ArrowLeft', 380, 1400)).toBe(412);
    expect(width_after('ArrowRight', 380, 1400)).toBe(348);
    expect(width_after('Tab', 380, 1400)).toBeNull();
  });
  it('stays within what leaves room for the page', () => {
    expect(width_after('Home', 380, 1400)).toBe(narrowest);
    expect(width_after('End', 380, 1400)).toBe(widest(1400));
    expect(width_after('ArrowRight', narrowest, 1400)).toBe(narrowest);
    expect(fitted(2000, 1000)).toBe(600);
    expect(fitted(2000, 300), 'where there is hardly any').toBe(narrowest);
  });
  it('goes from width to width when it is clicked, and round', () => {
    expect([narrowest, 380, 620, 500].map(width => next_width(width, 1400))).toEqual([380, 620, narrowest, 620]);
    expect(next_width(380, 700), 'as wide as may be').toBe(420);
    expect(next_width(420, 700)).toBe(narrowest);
  });
});
