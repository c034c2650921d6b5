// Words of the small dialogs: pause, mute, send an event.
import { counted, words } from '../words';

export const small_words = words({
  pause: 'Pause automation', pause_text: 'Automation asks for no run of it until it is resumed. People still can.', pause_do: 'Pause',
  mute: 'Mute alerts', mute_text: 'Nobody is told of its alerts for so long. They are still shown here.', mute_do: 'Mute', how_long: 'How long',
  hour: '1 hour', hours: (n: number) => counted(n, 'hour', 'hours'), day: '1 day', week: '1 week', until_ended: 'until I end it',
  event: 'Send an event', event_text: 'Says that a new version has arrived, as its source would.', version: 'Data version', version_hint: 'anything that differs from the one before',
  partition: 'Partition', metadata: 'Metadata', metadata_hint: '{"rows": 412}', metadata_wrong: 'This is no JSON object.', event_do: 'Send', leads_to: 'What it leads to',
}, {
  pause: 'Automatik anhalten', pause_text: 'Die Automatik fordert keinen Lauf davon an, bis sie weitergeht. Menschen können es weiterhin.', pause_do: 'Anhalten',
  mute: 'Meldungen stummschalten', mute_text: 'So lange wird niemandem davon gemeldet. Hier sind die Meldungen weiter zu sehen.', mute_do: 'Stummschalten', how_long: 'Wie lange',
  hour: '1 Stunde', hours: n => counted(n, 'Stunde', 'Stunden'), day: '1 Tag', week: '1 Woche', until_ended: 'bis ich es beende',
  event: 'Ereignis senden', event_text: 'Sagt, dass ein neuer Stand angekommen ist, wie es die Quelle täte.', version: 'Datenstand', version_hint: 'irgendetwas, das vom letzten abweicht',
  partition: 'Partition', metadata: 'Metadaten', metadata_hint: '{"rows": 412}', metadata_wrong: 'Das ist kein JSON-Objekt.', event_do: 'Senden', leads_to: 'Wozu es führt',
});
