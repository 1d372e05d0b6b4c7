package dev.lblc.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.util.concurrent.Callable;

/** What only a member that has these classes can run; it does nothing. */
final class ClassProbe implements Callable<Boolean>, IdentifiedDataSerializable {
  @Override
  public Boolean call() {
    return true;
  }

  @Override
  public int getFactoryId() {
    return WrittenForm.FACTORY;
  }

  @Override
  public int getClassId() {
    return WrittenForm.CLASS_PROBE;
  }

  @Override
  public void writeData(ObjectDataOutput out) {
    // It says nothing.
  }

  @Override
  public void readData(ObjectDataInput in) {
    // As above.
  }
}
