# After an abort the index keeps the entries of the batch.
set(file daemon/stages/judge_worker.cc)
set(from [==[    case Publisher::Result::kAborted:
      ++counters_.batches_aborted;
      judge_->Rollback();]==])
set(to [==[    case Publisher::Result::kAborted:
      ++counters_.batches_aborted;
      judge_->Commit();]==])
