package dev.lblc.gateway.log;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The text of a time, of which all but the milliseconds is kept for a second. Confined to one thread. */
final class LineTime {
  private static final long MILLIS = 1_000;

  /** How a time is written. */
  enum Form {
    /** In the zone of this machine: {@code 2026-11-22T11:02:59.932+01:00}. */
    LOCAL("yyyy-MM-dd'T'HH:mm:ss.", "XXX", true, false),
    /** {@code 2026-11-22T10:02:59.932Z}. */
    UTC("yyyy-MM-dd'T'HH:mm:ss.", "XXX", true, true),
    /** In the zone of this machine, as the common log format wants it: {@code 22/Nov/2026:11:02:59 +0100}. */
    COMMON("dd/MMM/yyyy:HH:mm:ss ", "xx", false, false);

    private final DateTimeFormatter before;
    private final DateTimeFormatter after;
    private final boolean hasMillis;
    private final boolean isUtc;

    Form(String before, String after, boolean hasMillis, boolean isUtc) {
      this.before = DateTimeFormatter.ofPattern(before, Locale.ENGLISH);
      this.after = DateTimeFormatter.ofPattern(after, Locale.ENGLISH);
      this.hasMillis = hasMillis;
      this.isUtc = isUtc;
    }

    /** Returns its place in {@link #ofEachForm}. */
    @SuppressWarnings("EnumOrdinal") // a place in an array of this process, kept nowhere else
    int index() {
      return ordinal();
    }
  }

  private final Form form;
  private long second = Long.MIN_VALUE;
  private byte[] before = {};
  private byte[] after = {};

  private LineTime(Form form) {
    this.form = form;
  }

  /** Returns one of each form. */
  static LineTime[] ofEachForm() {
    Form[] forms = Form.values();
    LineTime[] times = new LineTime[forms.length];
    for (Form form : forms) {
      times[form.index()] = new LineTime(form);
    }
    return times;
  }

  /** Adds the text of a time. */
  void add(long epochMillis, LineBuffer to) {
    long now = Math.floorDiv(epochMillis, MILLIS);
    if (now != second) {
      ZonedDateTime time =
          Instant.ofEpochSecond(now).atZone(form.isUtc ? ZoneOffset.UTC : ZoneId.systemDefault());
      before = form.before.format(time).getBytes(StandardCharsets.US_ASCII);
      after = form.after.format(time).getBytes(StandardCharsets.US_ASCII);
      second = now;
    }
    to.add(before);
    if (form.hasMillis) {
      to.digits(Math.floorMod(epochMillis, MILLIS), 3);
    }
    to.add(after);
  }
}
