// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.Increment;
import io.modelwarden.event.ProcessFacts;
import io.modelwarden.workload.Workload;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/**
 * Who takes models now, for whoever looks at it live. Bounded: what goes beyond is added up or told
 * as a number.
 */
final class LiveReaders {

  /** Things of all processes that are kept apart, each about 200 bytes. */
  static final int THINGS = 2_048;

  static final int ENDED = 256;

  /** Things in one view, about 300 bytes each on their way. */
  static final int SHOWN = 1_000;

  /** Things of one process in one view, so that the shards of a large model push nobody out. */
  static final int SHOWN_OF_ONE = 32;

  private static final long ENDED_NANOS = Duration.ofMinutes(5).toNanos();

  private record Who(ProcessFacts facts, Workload workload, ProcessOrigin origin) {
    static Who of(TrackedProcess process) {
      return new Who(process.facts, process.workload, process.origin);
    }
  }

  private record Ended(Who who, Activity activity, long atNanos) {}

  private final ModelCatalog catalog;
  private final SteadyTime time;
  private final Deque<Ended> ended = new ArrayDeque<>();
  private int things;
  private long endedForgotten;

  LiveReaders(ModelCatalog catalog, SteadyTime time) {
    this.catalog = catalog;
    this.time = time;
  }

  void took(TrackedProcess process, Thing thing, Increment increment) {
    Activity activity = activity(process);
    int before = activity.size();
    activity.take(room(activity, thing), increment, time);
    things += activity.size() - before;
  }

  /** It has so much of the file mapped. */
  void maps(TrackedProcess process, Thing thing, long liveBytes, long epochNanos) {
    Activity activity = activity(process);
    int before = activity.size();
    activity.takeAtLeast(room(activity, thing), liveBytes, epochNanos);
    things += activity.size() - before;
  }

  /** It holds a model and sends. */
  void sent(TrackedProcess process, Activity.Destination to, Increment increment) {
    Activity activity = activity(process);
    if (activity.size() == 0) {
      String model = process.largestModel();
      activity.hold(Thing.held(model, process.holdings().get(model).via()));
      things++;
    }
    activity.send(to, increment, time);
  }

  void ended(TrackedProcess process) {
    Activity activity = process.activity;
    if (activity != null) {
      process.activity = null;
      ended.add(new Ended(Who.of(process), activity, time.nanos()));
      while (ended.size() > ENDED) {
        forgetEarly();
      }
    }
  }

  /** It may live on, but is no longer looked at. */
  void forgotten(TrackedProcess process) {
    if (process.activity != null) {
      things -= process.activity.size();
      process.activity = null;
    }
  }

  LiveView view(List<TrackedProcess> living) {
    while (!ended.isEmpty() && time.nanos() - ended.getFirst().atNanos() > ENDED_NANOS) {
      things -= ended.removeFirst().activity().size();
    }
    List<Reader> all = new ArrayList<>();
    for (TrackedProcess process : living) {
      if (process.activity != null) {
        all.add(reader(Who.of(process), process.activity, false));
      }
    }
    ended.forEach(gone -> all.add(reader(gone.who(), gone.activity(), true)));
    all.sort(Comparator.comparingLong(Reader::weight).reversed());
    int shown = 0;
    int room = SHOWN;
    while (shown < all.size() && all.get(shown).readings().size() <= room) {
      room -= all.get(shown).readings().size();
      shown++;
    }
    return new LiveView(List.copyOf(all.subList(0, shown)), all.size() - shown, endedForgotten);
  }

  private Reader reader(Who who, Activity activity, boolean gone) {
    ProcessFacts facts = who.facts();
    return new Reader(
        facts.key().pid(),
        facts.executableName(),
        facts.executablePath(),
        facts.userId(),
        Reader.Place.of(facts, who.workload()),
        who.origin().name().toLowerCase(Locale.ROOT),
        gone,
        activity.idleSeconds(time),
        activity.sent(time),
        activity.readings(catalog, time, SHOWN_OF_ONE));
  }

  private Activity activity(TrackedProcess process) {
    Activity activity = process.activity;
    if (activity == null) {
      activity = new Activity();
      process.activity = activity;
    }
    return activity;
  }

  private Thing room(Activity activity, Thing thing) {
    if (activity.knows(thing)) {
      return thing;
    }
    while (things >= THINGS && !ended.isEmpty()) {
      forgetEarly();
    }
    return things < THINGS ? thing : Thing.more();
  }

  private void forgetEarly() {
    things -= ended.removeFirst().activity().size();
    endedForgotten++;
  }
}
