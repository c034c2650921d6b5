// Icons of lucide, only those that are named here.
import arrow_down from 'lucide-static/icons/arrow-down.svg?raw';
import arrow_up from 'lucide-static/icons/arrow-up.svg?raw';
import boxes from 'lucide-static/icons/table-2.svg?raw';
import check from 'lucide-static/icons/check.svg?raw';
import chevron_down from 'lucide-static/icons/chevron-down.svg?raw';
import chevron_left from 'lucide-static/icons/chevron-left.svg?raw';
import chevron_right from 'lucide-static/icons/chevron-right.svg?raw';
import copy from 'lucide-static/icons/copy.svg?raw';
import download from 'lucide-static/icons/download.svg?raw';
import ellipsis from 'lucide-static/icons/ellipsis.svg?raw';
import external from 'lucide-static/icons/external-link.svg?raw';
import grid from 'lucide-static/icons/grid-3x3.svg?raw';
import health from 'lucide-static/icons/heart-pulse.svg?raw';
import home from 'lucide-static/icons/house.svg?raw';
import inbox from 'lucide-static/icons/inbox.svg?raw';
import keyboard from 'lucide-static/icons/keyboard.svg?raw';
import layers from 'lucide-static/icons/layers.svg?raw';
import maximize from 'lucide-static/icons/maximize.svg?raw';
import menu from 'lucide-static/icons/menu.svg?raw';
import minus from 'lucide-static/icons/minus.svg?raw';
import network from 'lucide-static/icons/network.svg?raw';
import pause from 'lucide-static/icons/pause.svg?raw';
import play from 'lucide-static/icons/play.svg?raw';
import plus from 'lucide-static/icons/plus.svg?raw';
import refresh from 'lucide-static/icons/refresh-cw.svg?raw';
import search from 'lucide-static/icons/search.svg?raw';
import settings from 'lucide-static/icons/settings-2.svg?raw';
import star from 'lucide-static/icons/star.svg?raw';
import terminal from 'lucide-static/icons/terminal.svg?raw';
import workflow from 'lucide-static/icons/workflow.svg?raw';
import x from 'lucide-static/icons/x.svg?raw';
import zap from 'lucide-static/icons/zap.svg?raw';

const drawings = {
  arrow_down, arrow_up, boxes, check, chevron_down, chevron_left, chevron_right, copy, download, ellipsis, external, grid, health, home,
  inbox, keyboard, layers, maximize, menu, minus, network, pause, play, plus, refresh, search, settings, star, terminal, workflow, x, zap,
};
export type IconName = keyof typeof drawings;

const cleaned = new Map<IconName, string>();
const drawn = (name: IconName): string => {
  let text = cleaned.get(name);
  if (text === undefined) {
    text = drawings[name].replace(/<!--.*?-->/s, '').replace(/\s*class="[^"]*"/, '').trim();
    cleaned.set(name, text);
  }
  return text;
};
export const Icon = ({ name }: { name: IconName }) =>
  <span class="icon" aria-hidden="true" dangerouslySetInnerHTML={{ __html: drawn(name) }} />;
