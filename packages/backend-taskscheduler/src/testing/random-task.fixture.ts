import fc from 'fast-check';

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = 'January,February,March,April,May,June,July,August,September,October,November,December'.split(',');

const two = (value: number): string => String(value).padStart(2, '0');
const some = (names: readonly string[], all: number) =>
  fc
    .oneof(
      { arbitrary: fc.constant([...names]), weight: all },
      { arbitrary: fc.subarray([...names], { minLength: 1, maxLength: 4 }), weight: 4 },
    )
    .map((chosen) => chosen.map((name) => `<${name} />`).join(''));

const rule = fc.oneof(
  { arbitrary: fc.constant('<ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>'), weight: 3 },
  {
    arbitrary: some(weekdays, 1).map(
      (days) => `<ScheduleByWeek><WeeksInterval>1</WeeksInterval><DaysOfWeek>${days}</DaysOfWeek></ScheduleByWeek>`,
    ),
    weight: 2,
  },
  {
    arbitrary: fc
      .tuple(fc.subarray(['1', '2', '7', '15', '28', '31', 'Last'], { minLength: 1, maxLength: 3 }), some(months, 4))
      .map(
        ([days, inMonths]) =>
          `<ScheduleByMonth><DaysOfMonth>${days.map((day) => `<Day>${day}</Day>`).join('')}</DaysOfMonth><Months>${inMonths}</Months></ScheduleByMonth>`,
      ),
    weight: 2,
  },
  {
    arbitrary: fc
      .tuple(
        fc.oneof(
          fc.subarray(['1', '2', '3', '4', 'Last'], { minLength: 1, maxLength: 2 }),
          fc.constant(['1', '2', '3', '4', 'Last']),
        ),
        some(weekdays, 1),
        some(months, 4),
      )
      .map(
        ([weeks, days, inMonths]) =>
          `<ScheduleByMonthDayOfWeek><Weeks>${weeks.map((week) => `<Week>${week}</Week>`).join('')}</Weeks><DaysOfWeek>${days}</DaysOfWeek><Months>${inMonths}</Months></ScheduleByMonthDayOfWeek>`,
      ),
    weight: 2,
  },
);

const repetition = fc.oneof(
  { arbitrary: fc.constant({ interval: '', duration: '' }), weight: 5 },
  {
    arbitrary: fc.record({
      interval: fc.constantFrom('PT5M', 'PT7M', 'PT15M', 'PT30M', 'PT1H', 'PT2H', 'PT6H', 'P1D'),
      duration: fc.constantFrom('PT30M', 'PT55M', 'PT3H', 'PT8H', 'P1D', ''),
    }),
    weight: 4,
  },
);

const clock = fc.record({
  hour: fc.oneof(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 1, 2, 3)),
  minute: fc.constantFrom(0, 0, 15, 30, 42),
  year: fc.constantFrom(2019, 2024, 2026),
});

const trigger = fc
  .record({ time: clock, repeated: repetition, days: rule, once: fc.integer({ min: 0, max: 5 }) })
  .map(({ time, repeated: { interval, duration }, days, once }) => (zone: string): string => {
    const endless = interval !== '' && duration === '';
    const time2 = once === 0 && endless;
    const repeats =
      interval === ''
        ? ''
        : `<Repetition><Interval>${interval}</Interval>${duration === '' ? '' : `<Duration>${duration}</Duration>`}<StopAtDurationEnd>false</StopAtDurationEnd></Repetition>`;
    const start = `<StartBoundary>${time.year}-01-01T${two(time.hour)}:${two(time.minute)}:00${zone}</StartBoundary>`;
    return time2
      ? `<TimeTrigger>${repeats}${start}<Enabled>true</Enabled></TimeTrigger>`
      : `<CalendarTrigger>${repeats}${start}<Enabled>true</Enabled>${days}</CalendarTrigger>`;
  });

/** For tests: the XML of tasks as people make them, in the order of elements of Windows' own exports. */
export const randomTask: fc.Arbitrary<string> = fc
  .record({
    triggers: fc.oneof(
      { arbitrary: fc.array(trigger, { minLength: 1, maxLength: 1 }), weight: 4 },
      { arbitrary: fc.array(trigger, { minLength: 2, maxLength: 3 }), weight: 1 },
    ),
    zone: fc.constantFrom('', '', '', 'Z'),
    policy: fc.constantFrom('IgnoreNew', 'IgnoreNew', 'Parallel'),
  })
  .map(
    ({ triggers, zone, policy }) =>
      `<Task version="1.4"><Triggers>${triggers.map((one) => one(zone)).join('')}</Triggers><Settings><MultipleInstancesPolicy>${policy}</MultipleInstancesPolicy></Settings><Actions><Exec><Command>C:\\tool.exe</Command></Exec></Actions></Task>`,
  );
