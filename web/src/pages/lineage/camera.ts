// Where one looks.  Pure.

export interface Camera {
  x: number;  ///< Of the picture, at the left edge of the view.
  y: number;
  k: number;  ///< Pixels of the screen per pixel of the picture.
}
export interface Size { width: number; height: number }
export interface Area { x: number; y: number; width: number; height: number }

export const k_max = 3;
export const area_of = (camera: Camera, view: Size): Area =>
  ({ x: camera.x, y: camera.y, width: view.width / camera.k, height: view.height / camera.k });

/// The whole of `area`, in the middle of the view.
export function fitted(area: Area, view: Size, most = 1, pad = 32): Camera {
  const room = { width: Math.max(40, view.width - 2 * pad), height: Math.max(40, view.height - 2 * pad) };
  const k = Math.min(most, room.width / Math.max(1, area.width), room.height / Math.max(1, area.height));
  return { k, x: area.x + area.width / 2 - view.width / k / 2, y: area.y + area.height / 2 - view.height / k / 2 };
}
export const centred = (x: number, y: number, k: number, view: Size): Camera =>
  ({ k, x: x - view.width / k / 2, y: y - view.height / k / 2 });

/// Zooms by `factor`; the point of the picture at the given place of the view stays there.
export function zoomed(camera: Camera, factor: number, at_x: number, at_y: number, k_min: number): Camera {
  const k = Math.min(k_max, Math.max(k_min, camera.k * factor));
  return { k, x: camera.x + at_x / camera.k - at_x / k, y: camera.y + at_y / camera.k - at_y / k };
}
export const panned = (camera: Camera, dx: number, dy: number): Camera =>
  ({ k: camera.k, x: camera.x - dx / camera.k, y: camera.y - dy / camera.k });

/// Never so far away that nothing of the picture is seen.
export function held(camera: Camera, area: Area, view: Size, keep = 60): Camera {
  const rest = keep / camera.k;
  return {
    k: camera.k,
    x: Math.min(area.x + area.width - rest, Math.max(area.x + rest - view.width / camera.k, camera.x)),
    y: Math.min(area.y + area.height - rest, Math.max(area.y + rest - view.height / camera.k, camera.y)),
  };
}

/// Between two, at `t` of 0 to 1: zoom by ratio, so that it looks even.
export function between(from: Camera, to: Camera, t: number, view: Size): Camera {
  const eased = 1 - (1 - t) ** 3;
  const k = from.k * (to.k / from.k) ** eased;
  const middle = (camera: Camera, of: 'x' | 'y') => camera[of] + (of === 'x' ? view.width : view.height) / camera.k / 2;
  // Where the zoom stands says how far the middle has come, else it would fly past its goal.
  const share = Math.abs(to.k - from.k) < 1e-9 ? eased : (1 / k - 1 / from.k) / (1 / to.k - 1 / from.k);
  return centred(middle(from, 'x') + (middle(to, 'x') - middle(from, 'x')) * share, middle(from, 'y') + (middle(to, 'y') - middle(from, 'y')) * share, k, view);
}

/// Moved so that no room is left empty beside the picture, where it is larger than the view.
export function filled(camera: Camera, area: Area, view: Size, pad = 32): Camera {
  const rest = pad / camera.k;
  const along = (at: number, from: number, size: number, room: number) =>
    size + 2 * rest <= room ? from + size / 2 - room / 2 : Math.min(from + size + rest - room, Math.max(from - rest, at));
  return { k: camera.k, x: along(camera.x, area.x, area.width, view.width / camera.k), y: along(camera.y, area.y, area.height, view.height / camera.k) };
}
