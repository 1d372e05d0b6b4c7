package dev.lblc.cluster;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;
import org.jspecify.annotations.Nullable;

/**
 * Carries {@link CountReport}s over the event bus.
 *
 * <p>Vert.x decodes a message when its consumer asks for the body: what this throws reaches the consumer and no one else.
 */
final class CountReportCodec implements MessageCodec<CountReport, CountReport> {
  static final String NAME = "lblc.counts";

  private volatile @Nullable Written last;

  private record Written(CountReport report, Buffer bytes) {}

  /** Writes each report once: Vert.x asks for its bytes anew for each node that it sends them to. */
  @Override
  // Two that are equal are as good, but comparing them costs as much as writing.
  @SuppressWarnings("ReferenceEquality")
  public void encodeToWire(Buffer buffer, CountReport report) {
    Written written = last;
    if (written == null || written.report != report) {
      written = new Written(report, Buffer.buffer());
      report.writeTo(written.bytes);
      last = written;
    }
    buffer.appendBuffer(written.bytes);
  }

  @Override
  public CountReport decodeFromWire(int position, Buffer buffer) {
    return CountReport.readFrom(buffer, position);
  }

  @Override
  public CountReport transform(CountReport report) {
    return report;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public byte systemCodecID() {
    return -1;
  }
}
